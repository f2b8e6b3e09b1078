// SPDX-License-Identifier: GPL-2.0-only
//
// All that the event thread uses is ready before its interrupt is requested; status bits that an
// earlier owner left are cleared, ahead of the first request that this one may get; and the ring is
// taken away only when the thread is gone.
//
// files: drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: status-left-by-an-earlier-owner event-ahead-of-its-completion
// scenarios: ring-taken-from-the-event-thread
// scenarios: status-left-by-an-earlier-owner-in-6.1 event-ahead-of-its-completion-in-6.1
// scenarios: ring-taken-from-the-event-thread-in-6.1

@up@
identifier up =~ "^intel_(iommu|svm)_enable_prq$";
identifier iommu, ret;
expression pqa;
@@
 up(struct intel_iommu *iommu)
 {
 ...
+	writel(DMA_PRS_PPR | DMA_PRS_PRO, iommu->reg + DMAR_PRS_REG);
+	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQA_REG, pqa);
+	init_completion(&iommu->prq_complete);
	ret = request_threaded_irq(...);
	if (ret) { ... }
-	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQA_REG, pqa);
-	init_completion(&iommu->prq_complete);
 ...
 }

@down@
identifier down =~ "^intel_(iommu|svm)_finish_prq$";
identifier iommu;
@@
 down(struct intel_iommu *iommu)
 {
-	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQA_REG, 0ULL);
	if (iommu->pr_irq) { ... }
+	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQA_REG, 0ULL);
 ...
 }
