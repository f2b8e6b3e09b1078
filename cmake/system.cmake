# SPDX-License-Identifier: GPL-2.0-only
#
# sluice_add_system(NAME core SYMBOL sut_core [WHOLE] SOURCES ... [INCLUDES ...] [OBJECTS ...])
# sluice_link_system(NAME core SYMBOL sut_core OBJECTS ... [TABLE sut_x] [WRAP f])
#
# OBJECTS: more of it, compiled elsewhere. WHOLE: no access points in SOURCES (cmake/flavour.cmake).
# TABLE: the name by which the objects know what is to be SYMBOL. WRAP: what calls f is to call
# __wrap_f, which one of OBJECTS has.
#
# Makes one relocatable object of a system under test, so that any number of systems live in one
# program. `ld -r` gathers all writable data in one section with a C identifier for a name (the
# linker then bounds it with __start_ and __stop_ symbols) and dissolves section groups, without
# which ASan's per-global groups of two systems collide; `objcopy` keeps the one global symbol. The
# range holds ASan's red zones and UBSan's seen-marks: copy it by code that is not instrumented.

find_program(SLUICE_LD NAMES ld.bfd ld REQUIRED)
find_program(SLUICE_OBJCOPY NAMES objcopy REQUIRED)

set(SLUICE_SYSTEM_NAMES)
set(SLUICE_SYSTEM_OBJECTS)

function(sluice_add_system)
	cmake_parse_arguments(arg "WHOLE" "NAME;SYMBOL" "SOURCES;INCLUDES;OBJECTS" ${ARGN})
	set(target system_${arg_SYMBOL})
	add_library(${target} OBJECT ${arg_SOURCES})
	if(arg_WHOLE)
		target_compile_options(${target} PRIVATE ${SLUICE_SYSTEM_WHOLE_FLAGS})
	else()
		target_compile_options(${target} PRIVATE ${SLUICE_SYSTEM_FLAGS})
	endif()
	if(arg_INCLUDES)
		target_include_directories(${target} BEFORE PRIVATE ${arg_INCLUDES})
	endif()
	sluice_link_system(NAME ${arg_NAME} SYMBOL ${arg_SYMBOL}
		OBJECTS $<TARGET_OBJECTS:${target}> ${arg_OBJECTS})
	set(SLUICE_SYSTEM_NAMES ${SLUICE_SYSTEM_NAMES} PARENT_SCOPE)
	set(SLUICE_SYSTEM_OBJECTS ${SLUICE_SYSTEM_OBJECTS} PARENT_SCOPE)
endfunction()

function(sluice_link_system)
	cmake_parse_arguments(arg "" "NAME;SYMBOL;TABLE;WRAP" "OBJECTS" ${ARGN})
	set(rename)
	if(arg_TABLE)
		set(rename --redefine-sym ${arg_TABLE}=${arg_SYMBOL})
	endif()
	set(wrap)
	if(arg_WRAP)
		set(wrap --wrap=${arg_WRAP})
	endif()
	set(SECTION ${arg_SYMBOL}_data)
	set(script ${CMAKE_BINARY_DIR}/${arg_SYMBOL}.ld)
	configure_file(${CMAKE_SOURCE_DIR}/cmake/system.ld.in ${script} @ONLY)
	set(object ${CMAKE_BINARY_DIR}/${arg_SYMBOL}.o)
	add_custom_command(
		OUTPUT ${object}
		COMMAND ${SLUICE_LD} -r --force-group-allocation ${wrap} -T ${script}
			-o ${object}.all ${arg_OBJECTS}
		COMMAND ${SLUICE_OBJCOPY} ${rename} --keep-global-symbol=${arg_SYMBOL} ${object}.all ${object}
		DEPENDS ${arg_OBJECTS} ${script}
		COMMAND_EXPAND_LISTS VERBATIM
		COMMENT "System under test ${arg_NAME}")
	set(SLUICE_SYSTEM_NAMES ${SLUICE_SYSTEM_NAMES} ${arg_SYMBOL} PARENT_SCOPE)
	set(SLUICE_SYSTEM_OBJECTS ${SLUICE_SYSTEM_OBJECTS} ${object} PARENT_SCOPE)
endfunction()

# sluice_list_systems(): the library `systems`, with the table sut_images[] in the order added. A system of
# SLUICE_VARIANTS has the twin's own table of operations, and its name from SLUICE_VARIANT_<symbol>.
function(sluice_list_systems)
	set(DECLARATIONS "")
	set(ROWS "")
	set(SIZES "")
	set(COUNT 0)
	foreach(symbol ${SLUICE_SYSTEM_NAMES})
		set(start __start_${symbol}_data)
		set(stop __stop_${symbol}_data)
		string(APPEND DECLARATIONS
			"extern const struct sut ${symbol};\nextern char ${start}[], ${stop}[];\n")
		if(symbol IN_LIST SLUICE_VARIANTS)
			string(APPEND DECLARATIONS "static struct sut ${symbol}_named;\n")
			string(APPEND SIZES "\t${symbol}_named = ${symbol};\n"
				"\t${symbol}_named.name = \"${SLUICE_VARIANT_${symbol}}\";\n"
				"\t${symbol}_named.summary = \"${SLUICE_SUMMARY_${symbol}}\";\n")
			string(APPEND ROWS "\t{ &${symbol}_named, ${start}, 0 },\n")
		else()
			string(APPEND ROWS "\t{ &${symbol}, ${start}, 0 },\n")
		endif()
		string(APPEND SIZES "\timages[${COUNT}].size = (size_t)(${stop} - ${start});\n")
		math(EXPR COUNT "${COUNT} + 1")
	endforeach()
	set(table ${CMAKE_BINARY_DIR}/sut_images.c)
	configure_file(${CMAKE_SOURCE_DIR}/cmake/sut_images.c.in ${table} @ONLY)
	add_library(systems STATIC ${table} ${SLUICE_SYSTEM_OBJECTS})
	target_compile_options(systems PRIVATE ${SLUICE_HOUSE_FLAGS})
	set_source_files_properties(${SLUICE_SYSTEM_OBJECTS} PROPERTIES
		EXTERNAL_OBJECT TRUE GENERATED TRUE)
endfunction()
