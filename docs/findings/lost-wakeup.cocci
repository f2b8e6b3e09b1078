// SPDX-License-Identifier: GPL-2.0-only
//
// The drain waits for the end of a batch that was not yet over when it looked at the ring, and no
// longer for a token that another drain can take or wipe: a counter of batches instead of the shared
// completion.
//
// files: drivers/iommu/intel/iommu.h drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: two-waiters-one-token token-not-produced token-swallowed-by-a-bystander
// scenarios: token-swallowed-by-a-rid-change two-overflow-waiters-one-token
// scenarios: reinit-races-complete

@@
@@
 struct intel_iommu {
 ...
-	struct completion prq_complete;
+	wait_queue_head_t prq_wait;
+	unsigned long prq_batches;
 ...
 };

@@
identifier drain;
expression iommu;
@@
 drain(...)
 {
+	unsigned long batch;
 	<+...
 	reinit_completion(&iommu->prq_complete);
 	...+>
 }

@@
expression iommu;
@@
-reinit_completion(&iommu->prq_complete);
+batch = smp_load_acquire(&iommu->prq_batches);

@@
expression iommu;
@@
-wait_for_completion(&iommu->prq_complete);
+wait_event(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch);

@@
expression iommu;
@@
-if (!completion_done(&iommu->prq_complete))
-	complete(&iommu->prq_complete);
+smp_store_release(&iommu->prq_batches, iommu->prq_batches + 1);
+wake_up_all(&iommu->prq_wait);

@@
expression iommu;
@@
-init_completion(&iommu->prq_complete);
+init_waitqueue_head(&iommu->prq_wait);
