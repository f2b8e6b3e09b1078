# SPDX-License-Identifier: GPL-2.0-only
#
# The strict set: clang-19, clang-14 and gcc-12 compile all of our code with it without a word.
# -Wno-unused-parameter and -Wno-sign-compare stay out because callbacks have parameters by contract
# and the kernel's style compares sizes with counters freely.
option(SLUICE_WERROR "Warnings are errors (CI only: other compilers know other warnings)" OFF)

add_compile_options(
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
	-Wpointer-arith -Wundef -Wvla -Wno-unused-parameter -Wno-sign-compare)

if(SLUICE_WERROR)
	add_compile_options(-Werror)
endif()
