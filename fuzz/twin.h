/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_TWIN_H
#define SLUICE_FUZZ_TWIN_H

/*
 * Of two systems that differ by one thing, whose finding is it? It is the difference's if the other
 * one, the twin, does not give it on the same schedule. A schedule recorded on the one means something
 * else to the other behind the first difference, though, so it must not give it on some hundred others
 * either. What the comparison takes is not the search's time.
 */

#include "run/run.h"

/*
 * Does @twin break @id in @recorded, on its schedule or on others, from number *@next on? Its runs are
 * the last ones then. If it dies of one, that is the caller's to know: *@next is the number behind it.
 */
bool twin_gives(const struct sut_image *twin, const struct scenario *recorded, enum invariant id,
		unsigned *next);

#endif
