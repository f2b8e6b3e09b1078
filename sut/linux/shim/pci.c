/* SPDX-License-Identifier: GPL-2.0-only */

/* Functions of PCI devices, and the interrupts of remapping units. */

#include "shim/kernel.h"

#include "host/sanitizer.h"
#include "intel/iommu.h"

#define SHIM_UNITS 4

/* --- drivers/pci/ats.c -------------------------------------------------------------------------- */

int pci_enable_ats(struct pci_dev *pdev, int shift)
{
	int err = WARN_ON(pdev->ats_enabled) ? -EBUSY : host_pci_enable_ats(pdev->host);

	pdev->ats_enabled = !err;
	return err;
}

void pci_disable_ats(struct pci_dev *pdev)
{
	if (WARN_ON(!pdev->ats_enabled))
		return;
	host_pci_disable_ats(pdev->host);
	pdev->ats_enabled = 0;
}

int pci_reset_pri(struct pci_dev *pdev)
{
	return host_pci_reset_pri(pdev->host);
}

/* By unit, for TSan: hardware orders what a driver did before it let a function ask. */
static char asked[SHIM_UNITS];

int pci_enable_pri(struct pci_dev *pdev, u32 requests)
{
	host_released(&asked[pdev->host->unit % SHIM_UNITS]);
	return host_pci_enable_pri(pdev->host, min(requests, (u32)pdev->host->pri_capacity));
}

void pci_disable_pri(struct pci_dev *pdev)
{
	host_pci_disable_pri(pdev->host);
}

int pci_enable_pasid(struct pci_dev *pdev, int features)
{
	return host_pci_enable_pasid(pdev->host);
}

void pci_disable_pasid(struct pci_dev *pdev)
{
	host_pci_disable_pasid(pdev->host);
}

/* --- Interrupts ----------------------------------------------------------------------------------- */

#define SHIM_IRQS 4

static struct shim_irq {
	irq_handler_t thread;
	void *data;
	struct irq_data irq;
} irqs[SHIM_IRQS]; /* number - 1; the host counts from 0, and the kernel takes 0 for none */

static bool run_thread(unsigned host, void *data)
{
	struct shim_irq *irq = data;

	host_acquired(&asked[host % SHIM_UNITS]);
	return irq->thread(irq->irq.irq, irq->data) != IRQ_NONE;
}

void *irq_get_handler_data(int irq)
{
	return irqs[irq - 1].irq.handler_data;
}

int dmar_alloc_hwirq(int id, int node, void *handler_data)
{
	struct intel_iommu *iommu = handler_data;
	unsigned host = host_unit_prq_irq((unsigned)iommu->seq_id);

	if (host >= SHIM_IRQS)
		return -ENOSPC;
	irqs[host] = (struct shim_irq){
		.irq = { .irq = (int)host + 1, .handler_data = handler_data },
	};
	return (int)host + 1;
}

void dmar_free_hwirq(int irq)
{
	irqs[irq - 1].irq.handler_data = NULL;
}

/* The order of __setup_irq(): the action first, then irq_activate(), then irq_startup(). */
int request_threaded_irq(int irq, irq_handler_t handler, irq_handler_t thread, unsigned long flags,
			 const void *name, void *data)
{
	static const char *const names[SHIM_IRQS] = { "dmar0-prq", "dmar1-prq", "dmar2-prq",
						      "dmar3-prq" };
	struct shim_irq *i = &irqs[irq - 1];
	struct msi_msg msg = { .data = (u32)(irq - 1) };
	int err;

	i->thread = thread;
	i->data = data;
	err = host_request_threaded_irq((unsigned)(irq - 1), run_thread, names[irq - 1], i);
	if (err)
		return err;
	dmar_msi_write(irq, &msg);
	dmar_msi_unmask(&i->irq);
	return 0;
}

void irq_wake_thread(unsigned int irq, void *data)
{
	host_irq_wake_thread(irq - 1);
}

void free_irq(int irq, void *data)
{
	dmar_msi_mask(&irqs[irq - 1].irq);
	host_free_irq((unsigned)(irq - 1));
}
