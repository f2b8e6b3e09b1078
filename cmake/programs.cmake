# SPDX-License-Identifier: GPL-2.0-only
#
# The programs: the `sluice` command, the campaign driver, one program for each fuzz target and each
# benchmark. They lie at the top of the build tree.
find_library(SLUICE_CJSON NAMES cjson REQUIRED)

# sluice_add_program(NAME SOURCES...): uninstrumented code of ours over the house.
function(sluice_add_program name)
	add_executable(${name} ${ARGN})
	target_compile_options(${name} PRIVATE ${SLUICE_HOUSE_FLAGS})
	target_link_options(${name} PRIVATE ${SLUICE_LINK_FLAGS})
	target_link_libraries(${name} PRIVATE house)
endfunction()

# The house must be whole before a program can be linked with it.
set(SLUICE_WHOLE TRUE)
foreach(room host scenario model judge run)
	if(NOT TARGET ${room}_room)
		message(STATUS "sluice: room ${room} is empty; no programs are built")
		set(SLUICE_WHOLE FALSE)
	endif()
endforeach()
if(NOT SLUICE_WHOLE)
	return()
endif()

# What a C file of anybody's needs beside itself: `clang FILE.c @BUILD/house.rsp`. `sluice emit-c` says so.
set(house_archives)
foreach(room ${SLUICE_ROOMS})
	list(APPEND house_archives $<TARGET_FILE:${room}_room>)
endforeach()
foreach(library systems ${SLUICE_ZOO_LIBRARY})
	list(APPEND house_archives $<TARGET_FILE:${library}>)
endforeach()
string(TOUPPER "${CMAKE_BUILD_TYPE}" house_type)
separate_arguments(house_flags UNIX_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${house_type}} ${CMAKE_EXE_LINKER_FLAGS}")
list(APPEND house_flags ${SLUICE_LINK_FLAGS})
list(TRANSFORM house_flags REPLACE "^-fuse-ld=/" "--ld-path=/")
set(house_words -std=gnu17 -I${CMAKE_SOURCE_DIR} ${house_flags} -Wl,--start-group ${house_archives} -Wl,--end-group)
string(JOIN "\n" house_text ${house_words})
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/house.rsp CONTENT "${house_text}\n")

file(GLOB tool_sources CONFIGURE_DEPENDS tools/*.c)
list(FILTER tool_sources EXCLUDE REGEX "/campaign[^/]*\\.c$")
if(NOT SLUICE_BUGS)
	list(FILTER tool_sources EXCLUDE REGEX "/bugs[^/]*\\.c$")
endif()
sluice_add_program(sluice ${tool_sources} fuzz/death.c fuzz/symbol.c fuzz/twin.c)
target_link_libraries(sluice PRIVATE ${SLUICE_CJSON})
set_source_files_properties(tools/bugs.c tools/bugs_check.c tools/bisect.c PROPERTIES
	COMPILE_DEFINITIONS SLUICE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
set_source_files_properties(tools/main.c PROPERTIES COMPILE_DEFINITIONS SLUICE_VERSION="${PROJECT_VERSION}")
# What `sluice` reads beside its files: below share/sluice where it is installed (cmake/install.cmake).
include(GNUInstallDirs)
file(RELATIVE_PATH data_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/sluice)
set_source_files_properties(tools/place.c PROPERTIES COMPILE_DEFINITIONS
	"SLUICE_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";SLUICE_DATA_FROM_BIN=\"${data_from_bin}\"")

file(GLOB campaign_sources CONFIGURE_DEPENDS tools/campaign*.c)
sluice_add_program(campaign ${campaign_sources})

# Each target with libFuzzer where the flavour and the compiler have it, else replaying files; of
# drain_fuzzer there are both. What a target is made of beside its page (fuzz/target.h):
set(sluice_target_parts fuzz/status.c fuzz/death.c fuzz/symbol.c)
set(sluice_scenario_parts fuzz/target.c fuzz/twin.c)

# sluice_add_afl_target(NAME PARTS MUTATIONS): NAME, and NAME_mutator.so, which afl-fuzz loads: no sanitizer in
# it, and of the house only what scenarios need.
function(sluice_add_afl_target name parts mutations)
	sluice_add_program(${name} ${parts} fuzz/afl.c)
	target_link_options(${name} PRIVATE -Wl,--wrap=LLVMFuzzerInitialize,--wrap=LLVMFuzzerTestOneInput)
	target_link_libraries(${name} PRIVATE ${SLUICE_AFL_DRIVER} ${SLUICE_AFL_RUNTIME})
	if(NOT TARGET mutator_house)
		file(GLOB scenario_sources CONFIGURE_DEPENDS scenario/*.c)
		add_library(mutator_house OBJECT ${scenario_sources} run/knob.c model/knob.c fuzz/status.c)
		target_compile_options(mutator_house PRIVATE -fPIC)
	endif()
	if(NOT name STREQUAL "language_fuzzer")
		list(APPEND mutations fuzz/${name}.c fuzz/trim_afl.c)
	endif()
	add_library(${name}_mutator MODULE ${mutations} fuzz/mutate_afl.c $<TARGET_OBJECTS:mutator_house>)
	set_target_properties(${name}_mutator PROPERTIES PREFIX "")
	add_dependencies(${name} ${name}_mutator)
endfunction()

# sluice_add_target(NAME): fuzz/NAME.c
function(sluice_add_target name)
	set(parts fuzz/${name}.c ${sluice_target_parts})
	if(name STREQUAL "language_fuzzer")
		set(mutations fuzz/mutate_text.c)
	else()
		list(APPEND parts ${sluice_scenario_parts})
		set(mutations fuzz/mutate.c)
	endif()
	if(SLUICE_HAS_LIBFUZZER)
		sluice_add_program(${name} ${parts} ${mutations} fuzz/mutate_libfuzzer.c)
		target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	elseif(SLUICE_HAS_AFL)
		sluice_add_afl_target(${name} "${parts}" "${mutations}")
	endif()
	if(NOT SLUICE_HAS_LIBFUZZER OR name STREQUAL "drain_fuzzer")
		sluice_add_program(${name}_replay ${parts} fuzz/standalone.c)
	endif()
	# The zoo is searched with drain_fuzzer; others are built when they are asked for by name.
	foreach(program ${name} ${name}_replay ${name}_mutator)
		if(TARGET ${program} AND SLUICE_BUGS AND NOT name STREQUAL "drain_fuzzer")
			set_target_properties(${program} PROPERTIES EXCLUDE_FROM_ALL TRUE)
		endif()
	endforeach()
	# The code under test of this one is the house.
	foreach(program ${name} ${name}_replay)
		if(TARGET ${program} AND name STREQUAL "language_fuzzer" AND SLUICE_CHECKED_FLAGS)
			get_target_property(libraries ${program} LINK_LIBRARIES)
			list(TRANSFORM libraries REPLACE "^house$" house_checked)
			set_target_properties(${program} PROPERTIES LINK_LIBRARIES "${libraries}")
		endif()
	endforeach()
endfunction()

file(GLOB target_sources CONFIGURE_DEPENDS fuzz/*_fuzzer.c)
foreach(source ${target_sources})
	get_filename_component(target ${source} NAME_WE)
	sluice_add_target(${target})
endforeach()

# A campaign gives a target the dictionary that lies beside it. Of bytes, the mutator knows more than a list.
if((SLUICE_HAS_LIBFUZZER OR SLUICE_HAS_AFL) AND TARGET language_fuzzer)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/language_fuzzer.dict
		COMMAND sluice list dictionary --form text >${CMAKE_BINARY_DIR}/language_fuzzer.dict
		DEPENDS sluice COMMENT "Dictionary of the language")
	add_custom_target(dictionary DEPENDS ${CMAKE_BINARY_DIR}/language_fuzzer.dict)
	add_dependencies(language_fuzzer dictionary)
endif()

include(${CMAKE_SOURCE_DIR}/cmake/stress.cmake)
include(${CMAKE_SOURCE_DIR}/bench/bench.cmake OPTIONAL)
