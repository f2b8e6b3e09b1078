/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers. The addresses are numbers that name a unit and an offset; nothing is mapped there, so
 * code that follows one as a pointer dies at once.
 */

#include <stdio.h>
#include <string.h>

#include "host/backend.h"
#include "host/primitives.h"

#define UNIT_SPACING 0x10000u

struct host_backend host_backend;

host_iomem host_unit_regs(unsigned unit)
{
	return (host_iomem)(uintptr_t)(UNIT_SPACING * (unit + 1));
}

unsigned host_unit_prq_irq(unsigned unit)
{
	return host_backend.unit_prq_irq(unit);
}

unsigned host_unit_prq_order(unsigned unit)
{
	return host_backend.unit_prq_order(unit);
}

static u64 read_reg(host_iomem reg, unsigned bytes)
{
	engine_guard();
	uintptr_t at = (uintptr_t)reg - UNIT_SPACING;
	u32 offset = at % UNIT_SPACING;

	host_point(HOST_SITE_READ + (host_backend.reg_index(offset) & 31));
	return host_backend.mmio_read((unsigned)(at / UNIT_SPACING), offset, bytes);
}

static void write_reg(host_iomem reg, unsigned bytes, u64 value)
{
	engine_guard();
	uintptr_t at = (uintptr_t)reg - UNIT_SPACING;
	u32 offset = at % UNIT_SPACING;

	host_point(HOST_SITE_WRITE + (host_backend.reg_index(offset) & 31));
	host_backend.mmio_write((unsigned)(at / UNIT_SPACING), offset, bytes, value);
}

u32 host_readl(host_iomem reg)
{
	return (u32)read_reg(reg, 4);
}

u64 host_readq(host_iomem reg)
{
	return read_reg(reg, 8);
}

void host_writel(u32 value, host_iomem reg)
{
	write_reg(reg, 4, value);
}

void host_writeq(u64 value, host_iomem reg)
{
	write_reg(reg, 8, value);
}

void host_assume(unsigned index)
{
	engine_guard();
	host_event(EV_ASSUME, index, 0, 0, 0);
}

/*
 * Warnings are numbered in order of their first appearance in the run: compilers disagree on the line
 * of a macro that spans several, and a trace may not.
 */
#define WARNINGS_MAX 32

static struct {
	const char *file, *what;
} warnings[WARNINGS_MAX];
static unsigned warning_count;

void host_warn_reset(void)
{
	warning_count = 0;
}

void host_warn(const char *file, const char *what)
{
	engine_guard();
	unsigned n = 0;

	while (n < warning_count &&
	       (strcmp(warnings[n].what, what) || strcmp(warnings[n].file, file)))
		n++;
	if (n == warning_count && n < WARNINGS_MAX) {
		warnings[n].file = file;
		warnings[n].what = what;
		warning_count++;
	}
	host_event(EV_WARN, n + 1, 0, 0, 0);
}

const char *host_warn_text(u64 number, char *buf, size_t size)
{
	const char *file, *slash;

	if (number - 1 < warning_count) {
		file = warnings[number - 1].file;
		slash = strrchr(file, '/');
		snprintf(buf, size, "%s: %s", slash ? slash + 1 : file, warnings[number - 1].what);
		return buf;
	}
	snprintf(buf, size, "number %llu", (unsigned long long)number);
	return buf;
}
