# SPDX-License-Identifier: GPL-2.0-only
#
# ctest labels: unit (a room's own tests), scenario (files that are replayed), search (many generated
# runs), cli (the command's behaviour), fuzz (the target and the campaign), stress (real threads), zoo (the
# planted bugs), determinism, fast (what can tell in ten seconds, all together, that a change has broken the core or the
# house).
find_library(SLUICE_CMOCKA NAMES cmocka REQUIRED)

# `sluice bugs run --methods test` asks it of one mutant after another.
if(SLUICE_MUTANTS AND TARGET sluice)
	foreach(test core_contract_test core_drain_test core_entry_test core_fault_test core_unit_test core_wait_test)
		sluice_add_program(${test} tests/${test}.c)
		set_target_properties(${test} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
		target_compile_definitions(${test} PRIVATE SLUICE_MUTANTS=1)
		target_link_libraries(${test} PRIVATE ${SLUICE_CMOCKA})
		add_dependencies(sluice ${test})
	endforeach()
	return()
endif()

# AFL++'s builds have what is tested of it; all else is as in asan.
if(SLUICE_HAS_AFL)
	set(test fuzz_afl)
	if(SLUICE_BUGS)
		set(test zoo_afl)
	elseif(SLUICE_CMPLOG)
		return()
	endif()
	string(REGEX MATCH "^[a-z]+" label ${test})
	add_test(NAME ${test} COMMAND bash tests/${test}.sh WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(${test} PROPERTIES LABELS ${label} TIMEOUT 600
		ENVIRONMENT "SLUICE_BUILD=${CMAKE_BINARY_DIR}")
	return()
endif()

# The planted bugs' builds are for these tests alone: what else there is to test is the same elsewhere. A bug
# whose stored scenario needs a sanitizer is asked for in that one's build, all others in the plain one.
if(SLUICE_BUGS)
	file(GLOB zoo_scenarios CONFIGURE_DEPENDS corpora/bugs/*.sluice)
	foreach(symbol ${SLUICE_VARIANTS})
		set(name ${SLUICE_VARIANT_${symbol}})
		set(scenario ${CMAKE_SOURCE_DIR}/corpora/bugs/${name}.sluice)
		set(needs "needs plain") # so are those that lack one, which fails
		if(scenario IN_LIST zoo_scenarios)
			file(STRINGS ${scenario} needed REGEX "^needs ")
			if(needed)
				set(needs ${needed})
			endif()
		endif()
		if(NOT needs STREQUAL "needs ${SLUICE_FLAVOUR}")
			continue()
		endif()
		add_test(NAME zoo.${name} COMMAND sluice bugs check ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
		set_tests_properties(zoo.${name} PROPERTIES LABELS zoo TIMEOUT 300)
	endforeach()
	file(GLOB zoo_tests CONFIGURE_DEPENDS tests/zoo_*.sh)
	list(FILTER zoo_tests EXCLUDE REGEX "/zoo_afl")
	if(SLUICE_FLAVOUR STREQUAL "tsan")
		# their searches would find races first
		list(FILTER zoo_tests EXCLUDE REGEX "/zoo_(tool|single)")
	else()
		list(FILTER zoo_tests EXCLUDE REGEX "/zoo_race")
	endif()
	foreach(script ${zoo_tests})
		get_filename_component(name ${script} NAME_WE)
		add_test(NAME ${name} COMMAND bash ${script} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
		set_tests_properties(${name} PROPERTIES LABELS zoo TIMEOUT 600
			ENVIRONMENT "SLUICE_BUILD=${CMAKE_BINARY_DIR};SLUICE_FLAVOUR=${SLUICE_FLAVOUR}")
	endforeach()
	return()
endif()

# Unit tests run against the checked copy of the house where the flavour has one. A room's tests need
# only what they call, so they build before the house is whole.
set(unit_house house)
if(SLUICE_CHECKED_FLAGS)
	set(unit_house house_checked)
endif()

# sluice_add_unit_test(NAME SOURCE HOUSE FLAGS)
function(sluice_add_unit_test name source house flags)
	add_executable(${name} ${source})
	if(name MATCHES "^stress_")
		target_sources(${name} PRIVATE stress/histogram.c stress/round.c)
	endif()
	set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	target_compile_options(${name} PRIVATE ${flags})
	target_link_options(${name} PRIVATE ${SLUICE_LINK_FLAGS})
	target_link_libraries(${name} PRIVATE ${house} ${SLUICE_CMOCKA})
	add_test(NAME unit.${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set(labels unit)
	if(name MATCHES "determinism")
		list(APPEND labels determinism)
	endif()
	if(name MATCHES "^stress_")
		list(APPEND labels stress)
	elseif(NOT name MATCHES "slow|stress|^thread_")
		list(APPEND labels fast)
	endif()
	set_tests_properties(unit.${name} PROPERTIES LABELS "${labels}" TIMEOUT 600
		ENVIRONMENT "TSAN_OPTIONS=ignore_interceptors_accesses=1")
endfunction()

# What the host promises it promises on both engines; thread_*_test is of threads alone.
set(on_both_engines host_alloc_test host_context_test host_daemon_test host_engine_test host_primitives_test
	host_tsan_test)
file(GLOB unit_tests CONFIGURE_DEPENDS tests/*_test.c)
foreach(source ${unit_tests})
	get_filename_component(name ${source} NAME_WE)
	# Races are seen by TSan alone; and under it a process ends after a hang, it does not go on (rule 9).
	if(name MATCHES "_tsan_test$" AND NOT SLUICE_FLAVOUR STREQUAL "tsan")
		continue()
	elseif(name STREQUAL "run_memory_test" AND SLUICE_FLAVOUR STREQUAL "tsan")
		continue()
	elseif(name MATCHES "^thread_" AND NOT TARGET host_thread_room)
		continue()
	endif()
	set(own_house ${unit_house})
	set(flags ${SLUICE_HOUSE_FLAGS})
	if(name MATCHES "^thread_")
		set(own_house house_thread)
	elseif(name MATCHES "determinism")
		# The coverage that it compares is of the systems alone.
		set(own_house house)
	elseif(SLUICE_CHECKED_FLAGS)
		set(flags ${SLUICE_CHECKED_FLAGS})
	endif()
	if(SLUICE_FLAVOUR STREQUAL "tsan" AND name MATCHES "_tsan_test$")
		# These stand for code under test.
		set(flags ${SLUICE_SYSTEM_FLAGS})
	endif()
	if(name MATCHES "_access_test$")
		list(APPEND flags ${SLUICE_ACCESS_FLAGS})
	endif()
	sluice_add_unit_test(${name} ${source} ${own_house} "${flags}")
	if(name IN_LIST on_both_engines AND TARGET host_thread_room)
		string(REPLACE "_test" "_thread_test" threaded ${name})
		sluice_add_unit_test(${threaded} ${source} house_thread "${flags}")
	endif()
endforeach()

# TSan sees the house lock here, so it sees whatever the house does without it.
if(SLUICE_WATCHED_FLAGS)
	sluice_add_unit_test(thread_house_test tests/thread_run_test.c house_watched "${SLUICE_WATCHED_FLAGS}")
endif()

# What turns a kernel tree into a system (sut/linux/tree), and the zoo's tools (bugs/).
file(GLOB python_tests CONFIGURE_DEPENDS tests/*_test.py)
foreach(script ${python_tests})
	get_filename_component(name ${script} NAME_WE)
	add_test(NAME unit.${name} COMMAND ${SLUICE_PYTHON} -B ${script})
	set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 60
		ENVIRONMENT "SLUICE_CC=${CMAKE_C_COMPILER}")
endforeach()

if(NOT TARGET sluice)
	return()
endif()

# Every stored scenario keeps what its `expect` lines say. One that needs another flavour is not
# asked here: `sluice run` would refuse it.
file(GLOB_RECURSE scenarios CONFIGURE_DEPENDS corpora/seeds/*.sluice corpora/regress/*.sluice)
foreach(file ${scenarios})
	file(STRINGS ${file} needs REGEX "^needs ")
	if(needs AND NOT needs MATCHES "^needs (${SLUICE_FLAVOUR}|${SLUICE_NEEDS})$")
		continue()
	endif()
	# Nor one that names a system that is not in this build, as kernels may be.
	file(STRINGS ${file} expects REGEX "^expect ")
	set(there TRUE)
	# Under TSan a kernel's first finding is a data race of every drain; what looks for that needs it.
	if(SLUICE_FLAVOUR STREQUAL "tsan" AND expects MATCHES "expect linux-" AND NOT needs)
		set(there FALSE)
	endif()
	foreach(line ${expects})
		string(REGEX REPLACE "^expect ([^ ]+) .*" "sut_\\1" symbol ${line})
		string(REGEX REPLACE "[-.]" "_" symbol ${symbol})
		if(NOT symbol IN_LIST SLUICE_SYSTEM_NAMES)
			set(there FALSE)
		endif()
	endforeach()
	if(NOT there)
		continue()
	endif()
	file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR}/corpora ${file})
	add_test(NAME scenario.${name} COMMAND sluice run --quiet ${file})
	set_tests_properties(scenario.${name} PROPERTIES LABELS "scenario;fast" TIMEOUT 60)
endforeach()

# The command's behaviour, and the fuzz target's, as a user meets them. Under TSan, under which the systems have
# races to be found, what allows for that; under MSan what is of that build.
file(GLOB cli_tests CONFIGURE_DEPENDS tests/cli_*.sh tests/fuzz_*.sh tests/search_*.sh tests/stress_*.sh
	tests/zoo_*.sh)
list(FILTER cli_tests EXCLUDE REGEX "/(zoo_(tool|race|single|afl)|fuzz_afl)") # of what other builds have
if(NOT SLUICE_FLAVOUR STREQUAL "plain")
	# It tests a script; what a sanitizer makes of the minimiser is cli_min's.
	list(FILTER cli_tests EXCLUDE REGEX "/cli_bench")
endif()
if(SLUICE_FLAVOUR STREQUAL "tsan")
	list(FILTER cli_tests INCLUDE REGEX "/(search_core|stress_|cli_finding)")
elseif(SLUICE_FLAVOUR STREQUAL "msan")
	list(FILTER cli_tests INCLUDE REGEX "/(search_core|cli_list|fuzz_msan)")
else()
	list(FILTER cli_tests EXCLUDE REGEX "/fuzz_msan")
endif()
foreach(script ${cli_tests})
	get_filename_component(name ${script} NAME_WE)
	string(REGEX MATCH "^[a-z]+" label ${name})
	add_test(NAME ${name} COMMAND bash ${script} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600
		ENVIRONMENT "SLUICE_BUILD=${CMAKE_BINARY_DIR};SLUICE_FLAVOUR=${SLUICE_FLAVOUR};SLUICE_NEEDS=${SLUICE_NEEDS}")
endforeach()
