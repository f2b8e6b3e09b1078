# SPDX-License-Identifier: GPL-2.0-only
#
# The stress binaries: stress/stress_<theme>.c is a binary's page, all else of the room is common. They
# stand on real threads, which MSan's build has not (cmake/room.cmake).
if(SLUICE_FLAVOUR STREQUAL "msan" OR SLUICE_HAS_AFL)
	return()
endif()

file(GLOB stress_pages CONFIGURE_DEPENDS stress/stress_*.c)
file(GLOB stress_sources CONFIGURE_DEPENDS stress/*.c)
list(REMOVE_ITEM stress_sources ${stress_pages})
add_library(stress_common OBJECT ${stress_sources} fuzz/death.c fuzz/symbol.c)
target_compile_options(stress_common PRIVATE ${SLUICE_HOUSE_FLAGS})
target_link_libraries(stress_common PRIVATE house_thread)
foreach(page ${stress_pages})
	get_filename_component(name ${page} NAME_WE)
	add_executable(${name} ${page} $<TARGET_OBJECTS:stress_common>)
	target_compile_options(${name} PRIVATE ${SLUICE_HOUSE_FLAGS})
	target_link_options(${name} PRIVATE ${SLUICE_LINK_FLAGS})
	target_link_libraries(${name} PRIVATE house_thread ${SLUICE_CJSON})
endforeach()
