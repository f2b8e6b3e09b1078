# SPDX-License-Identifier: GPL-2.0-only
#
# A room is a library of the files in its folder. The house is all of them and the systems under
# test; rooms know each other by header only, so the order of archives is left to the linker's group.
#
# There are two engines (docs/architecture.md). The rooms that call one inline, host and run, are compiled for
# each; the systems under test and all else once for both. `house` stands on fibers, `house_thread` on threads.

set(SLUICE_ROOMS)

# The context switch is assembly, one file for each processor, named by it.
file(GLOB SLUICE_SWITCH CONFIGURE_DEPENDS host/fiber/*${CMAKE_SYSTEM_PROCESSOR}*.S)

function(sluice_add_room_variant target room engine_kind primitives_flags rest_flags)
	file(GLOB primitives CONFIGURE_DEPENDS ${room}/*.c)
	file(GLOB engine CONFIGURE_DEPENDS ${room}/engine/*.c ${room}/${engine_kind}/*.c)
	if(NOT primitives)
		return()
	endif()
	add_library(${target} OBJECT ${primitives})
	target_compile_options(${target} PRIVATE ${primitives_flags})
	set(objects $<TARGET_OBJECTS:${target}>)
	if(engine)
		if(engine_kind STREQUAL "fiber")
			list(APPEND engine ${SLUICE_SWITCH})
		endif()
		add_library(${target}_engine OBJECT ${engine})
		target_compile_options(${target}_engine PRIVATE
			$<$<COMPILE_LANGUAGE:C>:${rest_flags}>)
		list(APPEND objects $<TARGET_OBJECTS:${target}_engine>)
	endif()
	add_library(${target}_room STATIC ${objects})
	set_target_properties(${target}_room PROPERTIES LINKER_LANGUAGE C)
	if(engine_kind STREQUAL "thread")
		foreach(part ${target} ${target}_engine ${target}_room)
			if(TARGET ${part})
				target_compile_definitions(${part} PRIVATE SLUICE_THREADS=1)
				# Only for those who ask for it.
				set_target_properties(${part} PROPERTIES EXCLUDE_FROM_ALL TRUE)
			endif()
		endforeach()
	endif()
endfunction()

# sluice_add_room(NAME): <room>_room, <room>_checked_room and <room>_watched_room where the flavour has
# such copies, and <room>_thread_room where it makes a difference.
function(sluice_add_room room)
	set(flags ${SLUICE_HOUSE_FLAGS})
	if(room STREQUAL "host")
		set(flags ${SLUICE_HOST_FLAGS})
	elseif(room MATCHES "^(model|scenario)$")
		list(APPEND flags ${SLUICE_COUNTED_FLAGS})
	endif()
	sluice_add_room_variant(${room} ${room} fiber "${flags}" "${SLUICE_HOUSE_FLAGS}")
	if(SLUICE_CHECKED_FLAGS)
		sluice_add_room_variant(${room}_checked ${room} fiber "${SLUICE_CHECKED_FLAGS}"
			"${SLUICE_CHECKED_FLAGS}")
	endif()
	# What MSan sees does not depend on the engine.
	if(room MATCHES "^(host|run)$" AND NOT SLUICE_FLAVOUR STREQUAL "msan")
		sluice_add_room_variant(${room}_thread ${room} thread "${flags}" "${SLUICE_HOUSE_FLAGS}")
	endif()
	if(SLUICE_WATCHED_FLAGS)
		sluice_add_room_variant(${room}_watched ${room} thread "${SLUICE_WATCHED_FLAGS}"
			"${SLUICE_WATCHED_FLAGS}")
	endif()
	if(TARGET ${room}_room)
		set(SLUICE_ROOMS ${SLUICE_ROOMS} ${room} PARENT_SCOPE)
	endif()
endfunction()

# sluice_link_house(): the interface targets `house`, `house_checked`, `house_thread` and `house_watched`.
function(sluice_link_house)
	foreach(variant "" "_checked" "_thread" "_watched")
		add_library(house${variant} INTERFACE)
		set(archives)
		foreach(room ${SLUICE_ROOMS})
			if(TARGET ${room}${variant}_room)
				list(APPEND archives ${room}${variant}_room)
			else()
				list(APPEND archives ${room}_room)
			endif()
		endforeach()
		target_link_libraries(house${variant} INTERFACE
			-Wl,--start-group ${archives} systems ${SLUICE_ZOO_LIBRARY} -Wl,--end-group)
	endforeach()
	target_compile_definitions(house_watched INTERFACE SLUICE_WATCHED=1)
	foreach(house house_thread house_watched)
		target_compile_definitions(${house} INTERFACE SLUICE_THREADS=1)
		target_link_options(${house} INTERFACE -pthread)
	endforeach()
endfunction()
