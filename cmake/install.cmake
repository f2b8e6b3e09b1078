# SPDX-License-Identifier: GPL-2.0-only
#
# What `cmake --install` puts where, and the Debian package of it (`cpack`).
#
#   bin                      sluice, sluice-stress-THEME
#   lib, include/sluice      all rooms and systems as libsluice.a, what `run/run.h` needs, sluice.pc
#   share/sluice             what `sluice` reads (tools/place.c), and scenarios
#   share/doc/sluice         README.md and docs/, laid out as here
#   share/man, completion    made of --help by tools/manual.py
if(NOT TARGET sluice)
	return()
endif()
# Sanitizers and link-time optimisation tie a library to one compiler; what is made here is asked for its help.
if(SLUICE_BUGS OR SLUICE_LTO OR CMAKE_CROSSCOMPILING OR NOT SLUICE_NEEDS STREQUAL "plain")
	install(CODE "message(FATAL_ERROR \"this build is not one to install; take `cmake --preset package`\")")
	return()
endif()

file(GLOB stress_pages CONFIGURE_DEPENDS stress/stress_*.c)
set(stress_programs)
set(stress_manuals)
install(TARGETS sluice)
foreach(page ${stress_pages})
	get_filename_component(name ${page} NAME_WE)
	string(REPLACE "_" "-" installed sluice-${name})
	install(PROGRAMS $<TARGET_FILE:${name}> TYPE BIN RENAME ${installed})
	list(APPEND stress_programs ${name})
	list(APPEND stress_manuals ${installed}=$<TARGET_FILE:${name}>)
endforeach()

# One archive: a linker looks at all of it until nothing more is missing, without groups.
set(library_objects)
foreach(room ${SLUICE_ROOMS})
	foreach(part ${room} ${room}_engine)
		if(TARGET ${part})
			list(APPEND library_objects $<TARGET_OBJECTS:${part}>)
		endif()
	endforeach()
endforeach()
add_library(sluice_library STATIC ${CMAKE_BINARY_DIR}/sut_images.c ${SLUICE_SYSTEM_OBJECTS} ${library_objects})
set_target_properties(sluice_library PROPERTIES OUTPUT_NAME sluice)
add_dependencies(sluice_library systems)
install(TARGETS sluice_library)
foreach(header host/choose.h host/engine.h host/event.h host/host.h host/site.h host/types.h judge/invariant.h
		judge/judge.h model/event.h model/knob.h run/chooser.h run/report.h run/run.h scenario/bytes.h
		scenario/scenario.h sut/sut.h)
	get_filename_component(folder ${header} DIRECTORY)
	install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice/${folder})
endforeach()
# By its own place, so that what is installed may be moved.
set(pc_includedir ${CMAKE_INSTALL_INCLUDEDIR}/sluice)
set(pc_libdir ${CMAKE_INSTALL_LIBDIR})
file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/sluice.pc.in ${CMAKE_BINARY_DIR}/sluice.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/sluice.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(data ${CMAKE_INSTALL_DATADIR}/sluice)
install(DIRECTORY corpora/seeds corpora/regress DESTINATION ${data}/corpora FILES_MATCHING PATTERN *.sluice)
install(FILES corpora/README.md DESTINATION ${data}/corpora)
install(FILES docs/findings/known DESTINATION ${data}/docs/findings)
install(FILES tools/sluice_gdb.py DESTINATION ${data}/tools)
set(doc ${CMAKE_INSTALL_DATADIR}/doc/sluice)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
	set(doc ${CMAKE_INSTALL_DATADIR}/doc/sluice-iommu) # by the package's name
endif()
install(FILES README.md DESTINATION ${doc})
install(DIRECTORY docs DESTINATION ${doc} FILES_MATCHING PATTERN *.md PATTERN *.cocci)
# The pages' links to scenarios lead there.
install(CODE "file(CREATE_LINK ../../sluice/corpora \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${doc}/corpora\" SYMBOLIC)")

string(TIMESTAMP manual_date "%Y-%m-%d" UTC)
set(manual ${CMAKE_BINARY_DIR}/manual)
add_custom_command(OUTPUT ${manual}/sluice.1.gz
	COMMAND ${SLUICE_PYTHON} ${CMAKE_SOURCE_DIR}/tools/manual.py --version ${PROJECT_VERSION} --date ${manual_date}
		--data ${CMAKE_INSTALL_PREFIX}/${data} --doc ${CMAKE_INSTALL_PREFIX}/${doc}
		--output ${manual} $<TARGET_FILE:sluice> ${stress_manuals}
	DEPENDS sluice ${stress_programs} tools/manual.py tools/completion.py
	COMMENT "Manual pages and shell completion" VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual}/sluice.1.gz)
install(DIRECTORY ${manual}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN *.1.gz)
install(FILES ${manual}/sluice.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME sluice)
install(FILES ${manual}/sluice.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
set(zsh_folder site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
	set(zsh_folder vendor-completions) # of packages
endif()
install(FILES ${manual}/_sluice DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder})

add_test(NAME install COMMAND bash tests/install.sh WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(install PROPERTIES LABELS cli TIMEOUT 300
	ENVIRONMENT "SLUICE_BUILD=${CMAKE_BINARY_DIR};SLUICE_PREFIX=${CMAKE_INSTALL_PREFIX};SLUICE_LIBDIR=${CMAKE_INSTALL_LIBDIR}")

if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
	include(cmake/package.cmake)
endif()
