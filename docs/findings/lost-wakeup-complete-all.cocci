// SPDX-License-Identifier: GPL-2.0-only
//
// Not a fix: complete_all() in place of complete(). It serves two waiters with one token, but a
// bystander's reinit still takes it away before a woken waiter looks.
//
// files: drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: two-waiters-one-token token-not-produced token-swallowed-by-a-bystander
// scenarios: token-swallowed-by-a-rid-change two-overflow-waiters-one-token

@@
expression iommu;
@@
-if (!completion_done(&iommu->prq_complete))
-	complete(&iommu->prq_complete);
+complete_all(&iommu->prq_complete);
