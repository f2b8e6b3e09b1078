// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation; the AMD driver did so
// breaks: PQH goes on ahead of each request and not behind the batch: the slot is hardware's while
//   it is read, and a drain finds the ring empty with a request in the thread's hand.
// expect: PEND-HAND RING PEND-WORK PEND-PARTIAL PEND-QUEUE PEND-RESPONSE OLDNEW UAF TARGET MISS DUP
// why: what the drain did not see goes on to a worker and to its response, or meets the freed
//   handle (UAF); RING, TARGET, MISS and DUP for a slot that is another request's by the time that
//   it is read
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
identifier req;
@@
 prq_event_thread(...)
 {
 <+...
 req = &iommu->prq[...];
+bug_reached();
+bug_triggered();
+dmar_writeq(iommu->reg + DMAR_PQH_REG, (head + sizeof(*req)) & PRQ_RING_MASK);
 ...+>
 }
