# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels as systems under test (docs/linux.md): linux-6.1, linux-6.12 and so on for each that
# `scripts/setup --linux` has unpacked into build/linux, and linux-tree for SLUICE_LINUX_TREE.
#
# Three kinds of files become one system:
#   the kernel's, where they lie              the kernel's warnings
#   cut_*.c, which include cuts               the kernel's warnings
#   all other files of ours                   our warnings; headers of the kernel are system headers
# Ours lie in sut/linux, sut/linux/shim, and sut/linux/LAYOUT for those of one layout only.
# Unpacked kernels to be tested: all, none, or a list (6.1;6.12). No cache entry, so that a build
# follows the default.
if(NOT DEFINED SLUICE_LINUX)
	set(SLUICE_LINUX all)
endif()
set(SLUICE_LINUX_TREE "" CACHE PATH "A kernel tree of your own, to be tested as linux-tree")
set(SLUICE_LINUX_PACKAGES ${CMAKE_SOURCE_DIR}/build/linux)
set(SLUICE_LINUX_TOOLS ${CMAKE_SOURCE_DIR}/sut/linux/tree)
find_program(SLUICE_PYTHON NAMES python3 REQUIRED)

# As scripts/Makefile.extrawarn of 6.12 sets them for a build without W=, for both versions.
set(SLUICE_LINUX_WARNINGS
	-Wall -Wextra -Wundef -Werror=implicit-function-declaration -Werror=implicit-int
	-Werror=return-type -Werror=strict-prototypes -Wno-format-security -Wno-trigraphs
	-Wmissing-declarations -Wmissing-prototypes -Wvla -Wno-pointer-sign -Wcast-function-type
	-Wimplicit-fallthrough -Werror=date-time -Werror=incompatible-pointer-types -Wenum-conversion
	-Wunused -Wno-unused-but-set-variable -Wno-unused-const-variable -Wno-override-init
	-Wno-missing-field-initializers -Wno-type-limits -Wno-shift-negative-value -Wno-sign-compare
	-Wno-unused-parameter)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
	list(APPEND SLUICE_LINUX_WARNINGS
		-Wno-gnu -Wno-pointer-to-enum-cast -Wno-tautological-constant-out-of-range-compare
		-Wno-enum-compare-conditional -Wno-enum-enum-conversion)
	if(CMAKE_C_COMPILER_VERSION VERSION_LESS 16)
		list(APPEND SLUICE_LINUX_WARNINGS
			-Wno-format -Wformat-extra-args -Wformat-invalid-specifier
			-Wformat-zero-length -Wnonnull -Wformat-insufficient-args)
	endif()
else()
	list(APPEND SLUICE_LINUX_WARNINGS
		-Wno-main -Wno-dangling-pointer -Wno-array-bounds -Wno-stringop-overflow
		-Wno-alloc-size-larger-than -Wno-packed-not-aligned -Wno-format-overflow
		-Wno-format-truncation -Wno-stringop-truncation -Wno-maybe-uninitialized
		-Werror=designated-init)
endif()
if(SLUICE_WERROR)
	list(APPEND SLUICE_LINUX_WARNINGS -Werror)
endif()
# What a null pointer's member means is the kernel's business, as is the wrap of any other one.
set(SLUICE_LINUX_FLAGS -fno-delete-null-pointer-checks)
if(SLUICE_FLAVOUR STREQUAL "asan")
	list(APPEND SLUICE_LINUX_FLAGS -fno-sanitize=null,pointer-overflow)
endif()

# sluice_ask_tree(ARGUMENT...): one question to tree.py; a complaint ends the configuration.
function(sluice_ask_tree)
	execute_process(COMMAND ${SLUICE_PYTHON} ${SLUICE_LINUX_TOOLS}/tree.py ${ARGN}
		RESULT_VARIABLE result ERROR_VARIABLE complaint OUTPUT_QUIET)
	if(NOT result EQUAL 0)
		message(FATAL_ERROR "${complaint}")
	endif()
endfunction()

# sluice_compile_kernel(TARGET t TREE DIR FOLDER DIR DEFINITIONS ... SOURCES ...): the kernel's own files and
# cut_*.c as objects. FOLDER has the include/ of forwarders; CUTS another folder for the cuts than its cut/.
function(sluice_compile_kernel)
	cmake_parse_arguments(arg "" "TARGET;TREE;FOLDER;CUTS" "DEFINITIONS;SOURCES" ${ARGN})
	set(cuts ${arg_FOLDER}/cut)
	if(arg_CUTS)
		set(cuts ${arg_CUTS})
	endif()
	set(before -include ${CMAKE_SOURCE_DIR}/sut/linux/shim/prelude.h)
	add_library(${arg_TARGET} OBJECT ${arg_SOURCES})
	# Instead of our warnings, which the folder gives to every target.
	set_target_properties(${arg_TARGET} PROPERTIES C_STANDARD 11
		COMPILE_OPTIONS "${SLUICE_SYSTEM_FLAGS};${SLUICE_LINUX_FLAGS};${SLUICE_LINUX_WARNINGS};${before}")
	target_compile_definitions(${arg_TARGET} PRIVATE ${arg_DEFINITIONS})
	# __FILE__, in a WARN(), as people name the file.
	target_compile_options(${arg_TARGET} PRIVATE -fmacro-prefix-map=${arg_TREE}/=)
	target_include_directories(${arg_TARGET} BEFORE PRIVATE ${arg_FOLDER}/include ${cuts}
		${CMAKE_SOURCE_DIR}/sut/linux ${CMAKE_SOURCE_DIR}
		${arg_TREE}/drivers/iommu ${arg_TREE}/drivers/iommu/intel)
endfunction()

# sluice_add_linux(NAME linux-6.12 SYMBOL sut_linux_6_12 TREE DIR)
function(sluice_add_linux)
	cmake_parse_arguments(arg "" "NAME;SYMBOL;TREE" "" ${ARGN})
	set(tree ${arg_TREE})
	set(folder ${CMAKE_BINARY_DIR}/${arg_NAME})
	file(GLOB tools CONFIGURE_DEPENDS ${SLUICE_LINUX_TOOLS}/*.py ${SLUICE_LINUX_TOOLS}/layouts)
	# A file that comes or goes may change the layout.
	file(GLOB ignored CONFIGURE_DEPENDS ${tree}/drivers/iommu/*.c ${tree}/drivers/iommu/intel/*.c)
	sluice_ask_tree(cmake ${tree} ${folder}/tree.cmake)
	include(${folder}/tree.cmake)
	# Now and not only when built: the table, or a new header, may turn a name elsewhere.
	sluice_ask_tree(forward ${tree} ${folder}/include)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${tools} ${tree}/Makefile)

	set(ask ${SLUICE_PYTHON} ${SLUICE_LINUX_TOOLS}/tree.py)
	set(made ${folder}/forward.stamp)
	add_custom_command(OUTPUT ${folder}/forward.stamp
		COMMAND ${ask} forward ${tree} ${folder}/include
		COMMAND ${CMAKE_COMMAND} -E touch ${folder}/forward.stamp
		DEPENDS ${LINUX_FILES} ${tools} VERBATIM
		COMMENT "Headers of ${arg_NAME}")
	list(TRANSFORM LINUX_CUTS PREPEND ${folder}/cut/)
	add_custom_command(OUTPUT ${LINUX_CUTS}
		COMMAND ${ask} cuts ${tree} ${folder}/cut
		DEPENDS ${LINUX_FILES} ${tools} VERBATIM
		COMMENT "Definitions cut out of ${arg_NAME}")
	# A package's files are as they came; those of linux-tree may be whatever they are.
	if(EXISTS ${tree}/MANIFEST AND NOT arg_NAME STREQUAL "linux-tree")
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
			${tree}/VERSION ${tree}/MANIFEST)
		list(APPEND made ${folder}/verify.stamp)
		add_custom_command(OUTPUT ${folder}/verify.stamp
			COMMAND ${ask} verify ${tree}
			COMMAND ${CMAKE_COMMAND} -E touch ${folder}/verify.stamp
			DEPENDS ${LINUX_FILES} ${tree}/MANIFEST VERBATIM
			COMMENT "Files of ${arg_NAME} are as in the package")
	endif()
	add_custom_target(${arg_SYMBOL}_made DEPENDS ${made} ${LINUX_CUTS})

	string(TOUPPER ${LINUX_LAYOUT} layout)
	set(definitions SLUICE_LINUX_NAME="${arg_NAME}" SLUICE_LINUX_SYMBOL=${arg_SYMBOL}
		SLUICE_LINUX_LAYOUT_${layout}=1)
	set(ours ${CMAKE_SOURCE_DIR}/sut/linux ${CMAKE_SOURCE_DIR})
	set(theirs ${folder}/include ${folder}/cut ${tree}/drivers/iommu ${tree}/drivers/iommu/intel)
	set(before -include ${CMAKE_SOURCE_DIR}/sut/linux/shim/prelude.h)

	file(GLOB cut_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sut/linux/cut_*.c
		${CMAKE_SOURCE_DIR}/sut/linux/${LINUX_LAYOUT}/cut_*.c)
	set(kernel ${arg_SYMBOL}_kernel)
	sluice_compile_kernel(TARGET ${kernel} TREE ${tree} FOLDER ${folder}
		DEFINITIONS ${definitions} SOURCES ${LINUX_WHOLE} ${cut_sources})
	add_dependencies(${kernel} ${arg_SYMBOL}_made)

	file(GLOB glue CONFIGURE_DEPENDS
		${CMAKE_SOURCE_DIR}/sut/linux/*.c ${CMAKE_SOURCE_DIR}/sut/linux/shim/*.c
		${CMAKE_SOURCE_DIR}/sut/linux/${LINUX_LAYOUT}/*.c)
	list(REMOVE_ITEM glue ${cut_sources})
	sluice_add_system(NAME ${arg_NAME} SYMBOL ${arg_SYMBOL} WHOLE SOURCES ${glue} INCLUDES ${ours}
		OBJECTS $<TARGET_OBJECTS:${kernel}>)
	target_compile_definitions(system_${arg_SYMBOL} PRIVATE ${definitions}
		SLUICE_LINUX_VERSION_STRING="${LINUX_VERSION}")
	target_compile_options(system_${arg_SYMBOL} PRIVATE ${SLUICE_LINUX_FLAGS} ${before})
	target_include_directories(system_${arg_SYMBOL} SYSTEM BEFORE PRIVATE ${theirs})
	add_dependencies(system_${arg_SYMBOL} ${arg_SYMBOL}_made)
	set(SLUICE_SYSTEM_NAMES ${SLUICE_SYSTEM_NAMES} PARENT_SCOPE)
	set(SLUICE_SYSTEM_OBJECTS ${SLUICE_SYSTEM_OBJECTS} PARENT_SCOPE)
endfunction()

# sluice_add_kernels(): all that there are.
function(sluice_add_kernels)
	file(GLOB manifests CONFIGURE_DEPENDS ${SLUICE_LINUX_PACKAGES}/*/MANIFEST)
	if(NOT SLUICE_LINUX STREQUAL "all")
		string(REPLACE "." "[.]" wanted "${SLUICE_LINUX}")
		string(REPLACE ";" "|" wanted "${wanted}")
		list(FILTER manifests INCLUDE REGEX "/(${wanted})/MANIFEST$")
	elseif(NOT manifests)
		message(STATUS "sluice: no kernels as systems under test; scripts/setup --linux brings them")
	endif()
	foreach(manifest ${manifests})
		get_filename_component(tree ${manifest} DIRECTORY)
		get_filename_component(version ${tree} NAME)
		string(REPLACE "." "_" symbol sut_linux_${version})
		sluice_add_linux(NAME linux-${version} SYMBOL ${symbol} TREE ${tree})
	endforeach()
	if(SLUICE_LINUX_TREE)
		sluice_add_linux(NAME linux-tree SYMBOL sut_linux_tree TREE ${SLUICE_LINUX_TREE})
		# scripts/lib.sh compares it, to see whether the tree is another one by now.
		sluice_ask_tree(identity ${SLUICE_LINUX_TREE} ${CMAKE_BINARY_DIR}/linux-tree/identity)
	endif()
	set(SLUICE_SYSTEM_NAMES ${SLUICE_SYSTEM_NAMES} PARENT_SCOPE)
	set(SLUICE_SYSTEM_OBJECTS ${SLUICE_SYSTEM_OBJECTS} PARENT_SCOPE)
endfunction()
