# SPDX-License-Identifier: GPL-2.0-only
#
# The systems under test. `core` is our reference drain core; `v2` is the drain as posted in 2020, on
# those parts of core/ that sut/v2/sources.cmake names in V2_CORE_SOURCES. cmake/linux.cmake adds the
# kernels that are there.
file(GLOB core_sources CONFIGURE_DEPENDS core/*.c sut/core.c)
if(EXISTS ${CMAKE_SOURCE_DIR}/sut/core.c)
	sluice_add_system(NAME core SYMBOL sut_core SOURCES ${core_sources})
endif()

file(GLOB v2_sources CONFIGURE_DEPENDS sut/v2/*.c)
if(v2_sources)
	set(V2_CORE_SOURCES core/unit.c core/device.c core/pasid.c core/qi.c)
	include(${CMAKE_SOURCE_DIR}/sut/v2/sources.cmake OPTIONAL)
	sluice_add_system(NAME v2 SYMBOL sut_v2 SOURCES ${v2_sources} ${V2_CORE_SOURCES})
endif()

option(SLUICE_MUTANTS "With SLUICE_BUGS: small mutants of core/ in place of the planted bugs, and no kernel")
set(SLUICE_MUTANTS_ONLY "" CACHE STRING "Of the mutants those that bugs/mutants.py chooses by these words")
include(${CMAKE_SOURCE_DIR}/cmake/linux.cmake)
if(NOT SLUICE_MUTANTS)
	sluice_add_kernels()
endif()

include(${CMAKE_SOURCE_DIR}/cmake/bugs.cmake)

# What MSan is there for has to be found by it: this build's canary.
if(SLUICE_FLAVOUR STREQUAL "msan" AND TARGET system_sut_core)
	add_library(unzeroed OBJECT tests/unzeroed.c)
	target_compile_options(unzeroed PRIVATE ${SLUICE_SYSTEM_FLAGS})
	list(APPEND SLUICE_VARIANTS sut_core_unzeroed)
	set(SLUICE_VARIANT_sut_core_unzeroed core-unzeroed)
	set(SLUICE_SUMMARY_sut_core_unzeroed "core, with parts of groups in memory that was never written")
	sluice_link_system(NAME core-unzeroed SYMBOL sut_core_unzeroed TABLE sut_core WRAP host_kzalloc
		OBJECTS $<TARGET_OBJECTS:system_sut_core> $<TARGET_OBJECTS:unzeroed>)
endif()

sluice_list_systems()
