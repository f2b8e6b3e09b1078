/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Stands behind <trace/define_trace.h>, the last header of the files that know the page request
 * queue: its size becomes the unit's (`ring=`), as the scenario asks for. In every place that uses
 * these two, `iommu` is the unit.
 */

#undef PRQ_ORDER
#undef PRQ_RING_MASK
#define PRQ_ORDER shim_prq_order((iommu)->seq_id)
#define PRQ_RING_MASK shim_prq_mask((iommu)->seq_id)

/* log2 of the ring's pages: hardware starts at 128 slots of 32 bytes. */
static inline int shim_prq_order(int unit)
{
	unsigned slots = host_unit_prq_order((unsigned)unit);

	return slots > 7 ? (int)slots - 7 : 0;
}

static inline int shim_prq_mask(int unit)
{
	return (int)((32u << host_unit_prq_order((unsigned)unit)) - 32);
}
