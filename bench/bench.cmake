# SPDX-License-Identifier: GPL-2.0-only
#
# bench/throughput in every flavour; an empty fuzz target to read the real one's rate against.
sluice_add_program(throughput bench/throughput.c bench/engine_bench.c)
target_link_libraries(throughput PRIVATE ${SLUICE_CJSON})

if(SLUICE_HAS_LIBFUZZER)
	# Built as drain_fuzzer is: instrumented code beside the engine, and nothing in it.
	add_executable(empty_fuzzer bench/empty_fuzzer.c)
	target_compile_options(empty_fuzzer PRIVATE ${SLUICE_SYSTEM_FLAGS})
	target_link_options(empty_fuzzer PRIVATE ${SLUICE_LINK_FLAGS} -fsanitize=fuzzer)
elseif(SLUICE_HAS_AFL)
	add_executable(empty_fuzzer bench/empty_fuzzer.c)
	target_compile_options(empty_fuzzer PRIVATE ${SLUICE_SYSTEM_FLAGS})
	target_link_options(empty_fuzzer PRIVATE ${SLUICE_LINK_FLAGS})
	target_link_libraries(empty_fuzzer PRIVATE ${SLUICE_AFL_DRIVER} ${SLUICE_AFL_RUNTIME})
endif()
