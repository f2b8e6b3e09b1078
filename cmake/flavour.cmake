# SPDX-License-Identifier: GPL-2.0-only
#
# A flavour says which code is instrumented with what.
#
#   plain     nothing
#   asan      code under test: ASan, UBSan, coverage; the host's primitives: ASan; the rest: nothing.
#             A second copy of the house, all of it checked, serves the unit tests
#   tsan      code under test only, with coverage: what watches must not order what is watched. A
#             second copy of the house on threads, all of it, for one test: what its lock keeps in order
#   msan      everything, since one uninstrumented store is a false report
#   coverage  source coverage of the code under test, of the model for its marks (docs/coverage.md), and
#             of scenario/, which is under test itself in one target
#
# Variables for the other files:
#   SLUICE_SYSTEM_FLAGS  code under test         SLUICE_HOST_FLAGS    the host's primitives
#   SLUICE_HOUSE_FLAGS   all other rooms         SLUICE_LINK_FLAGS    every program
#   SLUICE_CHECKED_FLAGS the checked copy, if there is one
#   SLUICE_WATCHED_FLAGS the copy on threads that TSan looks at, house and all, if there is one
#   SLUICE_COUNTED_FLAGS the rooms model and scenario, beside those of the house
#   SLUICE_SYSTEM_WHOLE_FLAGS  code under test that no access point may divide (its atomics)
#   SLUICE_ACCESS_FLAGS  what divides any other code in the same way; none without SLUICE_ACCESS
#   SLUICE_NEEDS         this build, as a `needs` line says it
set(SLUICE_FLAVOUR plain CACHE STRING "plain, asan, tsan, msan or coverage")
set_property(CACHE SLUICE_FLAVOUR PROPERTY STRINGS plain asan tsan msan coverage)

set(clang FALSE)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
	set(clang TRUE)
endif()

# As the kernel is built: signed arithmetic wraps and types may alias.
set(SLUICE_SYSTEM_FLAGS -fwrapv -fno-strict-aliasing)
set(SLUICE_HOST_FLAGS)
set(SLUICE_HOUSE_FLAGS)
set(SLUICE_CHECKED_FLAGS)
set(SLUICE_WATCHED_FLAGS)
set(SLUICE_COUNTED_FLAGS)
set(SLUICE_LINK_FLAGS)
set(SLUICE_HAS_LIBFUZZER FALSE)
# A report that names functions needs frames; fibers have no fake stack of ASan's.
set(asan_common -fno-omit-frame-pointer)
if(clang)
	list(APPEND asan_common -fsanitize-address-use-after-return=never)
endif()

# libFuzzer's stack-depth feature is noise on fibers. Comparisons are a tenth of the time, and teach it
# nothing: what the systems compare are indices and pointers, not input.
set(fuzzer_coverage -fsanitize=fuzzer-no-link -fno-sanitize-coverage=stack-depth,trace-cmp)

# AFL++ in the place of libFuzzer, in the flavour asan. Its runtime takes what clang's own options call,
# so the compiler stays the one of all other flavours, and files that get no option feed no map:
# afl-clang-fast would instrument the house, too. SLUICE_CMPLOG: the program that afl-fuzz asks for what is compared.
option(SLUICE_AFL "Fuzz targets for AFL++ (SLUICE_FLAVOUR=asan, clang)" OFF)
option(SLUICE_CMPLOG "With SLUICE_AFL: comparisons, too, for CMPLOG" OFF)
set(SLUICE_HAS_AFL FALSE)
if(SLUICE_AFL)
	if(NOT clang OR NOT SLUICE_FLAVOUR STREQUAL "asan")
		message(FATAL_ERROR "SLUICE_AFL needs clang and SLUICE_FLAVOUR=asan; "
			"found ${CMAKE_C_COMPILER_ID} and ${SLUICE_FLAVOUR}")
	endif()
	set(SLUICE_HAS_AFL TRUE)
	add_compile_definitions(SLUICE_AFL=1)
	find_program(SLUICE_AFL_FUZZ afl-fuzz REQUIRED)
	get_filename_component(afl_root ${SLUICE_AFL_FUZZ} REALPATH)
	get_filename_component(afl_root ${afl_root}/../.. ABSOLUTE)
	find_file(SLUICE_AFL_RUNTIME afl-compiler-rt.o HINTS ${afl_root}/lib/afl REQUIRED)
	find_file(SLUICE_AFL_DRIVER libAFLDriver.a HINTS ${afl_root}/lib/afl REQUIRED)
	set(fuzzer_coverage -fsanitize-coverage=trace-pc-guard)
	if(SLUICE_CMPLOG)
		list(APPEND fuzzer_coverage -fsanitize-coverage=trace-cmp)
	endif()
endif()

if(SLUICE_FLAVOUR STREQUAL "asan")
	add_compile_definitions(SLUICE_ASAN=1)
	set(ubsan -fsanitize=undefined -fno-sanitize-recover=undefined)
	if(clang)
		# A type hash before each function: systems are called through a table, from C only.
		list(APPEND ubsan -fno-sanitize=function)
	endif()
	list(APPEND SLUICE_SYSTEM_FLAGS -fsanitize=address ${ubsan} ${asan_common})
	if(clang)
		if(NOT SLUICE_HAS_AFL)
			set(SLUICE_HAS_LIBFUZZER TRUE)
		endif()
		list(APPEND SLUICE_SYSTEM_FLAGS ${fuzzer_coverage})
	endif()
	set(SLUICE_HOST_FLAGS -fsanitize=address ${asan_common})
	set(SLUICE_CHECKED_FLAGS -fsanitize=address ${ubsan} ${asan_common})
	if(clang)
		# It is the code under test of one fuzz target.
		list(APPEND SLUICE_CHECKED_FLAGS ${fuzzer_coverage})
	endif()
	set(SLUICE_LINK_FLAGS -fsanitize=address,undefined)
elseif(SLUICE_FLAVOUR STREQUAL "tsan")
	add_compile_definitions(SLUICE_TSAN=1)
	list(APPEND SLUICE_SYSTEM_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
	set(SLUICE_WATCHED_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
	set(SLUICE_LINK_FLAGS -fsanitize=thread)
	# Older ones report races in their own counters of coverage.
	if(clang AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 19)
		set(SLUICE_HAS_LIBFUZZER TRUE)
		list(APPEND SLUICE_SYSTEM_FLAGS ${fuzzer_coverage})
	endif()
elseif(SLUICE_FLAVOUR STREQUAL "msan")
	if(NOT clang)
		message(FATAL_ERROR "MemorySanitizer needs clang, found ${CMAKE_C_COMPILER_ID}")
	endif()
	add_compile_definitions(SLUICE_MSAN=1)
	set(msan -fsanitize=memory -fsanitize-memory-track-origins -fno-omit-frame-pointer
		-fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/msan.ignore)
	list(APPEND SLUICE_SYSTEM_FLAGS ${msan})
	set(SLUICE_HOST_FLAGS ${msan})
	set(SLUICE_HOUSE_FLAGS ${msan})
	set(SLUICE_LINK_FLAGS -fsanitize=memory)
	set(SLUICE_HAS_LIBFUZZER TRUE)
	list(APPEND SLUICE_SYSTEM_FLAGS ${fuzzer_coverage})
elseif(SLUICE_FLAVOUR STREQUAL "coverage")
	if(NOT clang)
		message(FATAL_ERROR "source coverage needs clang, found ${CMAKE_C_COMPILER_ID}")
	endif()
	list(APPEND SLUICE_SYSTEM_FLAGS -fprofile-instr-generate -fcoverage-mapping)
	set(SLUICE_COUNTED_FLAGS -fprofile-instr-generate -fcoverage-mapping)
	set(SLUICE_LINK_FLAGS -fprofile-instr-generate)
elseif(NOT SLUICE_FLAVOUR STREQUAL "plain")
	message(FATAL_ERROR "SLUICE_FLAVOUR is `${SLUICE_FLAVOUR}`; "
		"expected plain, asan, tsan, msan or coverage")
endif()

# A scheduling point at each load and store of the code under test (host/access.c). The option does
# nothing without a mode that counts edges: libFuzzer's, or the cheapest there is.
set(SLUICE_SYSTEM_WHOLE_FLAGS ${SLUICE_SYSTEM_FLAGS})
set(SLUICE_ACCESS_FLAGS)
set(SLUICE_NEEDS ${SLUICE_FLAVOUR})
option(SLUICE_ACCESS "Points at loads and stores of the code under test, for runs that ask for them")
if(SLUICE_ACCESS)
	if(NOT clang)
		message(FATAL_ERROR "access points need clang, found ${CMAKE_C_COMPILER_ID}")
	endif()
	add_compile_definitions(SLUICE_ACCESS=1)
	set(accesses -fsanitize-coverage=trace-loads,trace-stores)
	set(SLUICE_ACCESS_FLAGS ${accesses} -fsanitize-coverage=func,inline-bool-flag)
	if(SLUICE_HAS_LIBFUZZER OR SLUICE_HAS_AFL)
		list(APPEND SLUICE_SYSTEM_FLAGS ${accesses})
	else()
		list(APPEND SLUICE_SYSTEM_FLAGS ${SLUICE_ACCESS_FLAGS})
	endif()
	set(SLUICE_NEEDS "${SLUICE_FLAVOUR} access")
	if(SLUICE_FLAVOUR MATCHES "^(plain|coverage)$")
		set(SLUICE_NEEDS "access")
	endif()
endif()

# Points and events cross from room to room all the time. Systems stay out of it: each is a finished
# object before the link.
option(SLUICE_LTO "Optimise the house across files (clang with lld; the same results, sooner)" OFF)
if(SLUICE_LTO AND clang)
	find_program(SLUICE_LLD NAMES ld.lld-19 ld.lld)
	find_program(SLUICE_LLVM_AR NAMES llvm-ar-19 llvm-ar)
	find_program(SLUICE_LLVM_RANLIB NAMES llvm-ranlib-19 llvm-ranlib)
	if(SLUICE_LLD AND SLUICE_LLVM_AR AND SLUICE_LLVM_RANLIB)
		set(CMAKE_AR ${SLUICE_LLVM_AR})
		set(CMAKE_RANLIB ${SLUICE_LLVM_RANLIB})
		list(APPEND SLUICE_HOST_FLAGS -flto=full)
		list(APPEND SLUICE_HOUSE_FLAGS -flto=full)
		list(APPEND SLUICE_LINK_FLAGS -flto=full -fuse-ld=${SLUICE_LLD})
	else()
		message(STATUS "sluice: no lld, no link-time optimisation")
	endif()
endif()

add_compile_definitions(SLUICE_FLAVOUR="${SLUICE_FLAVOUR}")
