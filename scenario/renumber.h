/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_RENUMBER_H
#define SLUICE_SCENARIO_RENUMBER_H

#include "scenario/scenario.h"

/*
 * For systems in which a PASID belongs to an address space: gives each life the symbol of its space
 * (A: p1), and each domain a symbol that no space has, so that one task binds a symbol on a device,
 * and again only behind its unbind. Requests and stops follow their life; a bind for which nothing is
 * left becomes a pause. What such a system would refuse becomes something that it can do; a text is
 * left as it is.
 */
void scenario_numbers_by_space(struct scenario *s);

#endif
