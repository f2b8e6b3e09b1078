/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_SHIM_PCI_H
#define SLUICE_LINUX_SHIM_PCI_H

/* Devices, PCI, interrupts, registers. */

#include "mm.h"

/* --- Registers ------------------------------------------------------------------------------------------- */

#define readl(reg) host_readl(reg)
#define readq(reg) host_readq(reg)
#define writel(value, reg) host_writel(value, reg)
#define writeq(value, reg) host_writeq(value, reg)

/* --- Devices ---------------------------------------------------------------------------------------------- */

struct iommu_ops;
struct bus_type {
	const struct iommu_ops *iommu_ops;
};
struct dev_iommu;
struct iommu_group;

struct kobject {
	refcount_t refs;
};

struct device {
	struct kobject kobj;
	struct bus_type *bus; /* until 6.2 */
	struct dev_iommu *iommu;
	struct iommu_group *iommu_group;
	bool dma_iommu;
};

#define dev_name(dev) ((void)(dev), "device")
#define dev_to_node(dev) ((void)(dev), NUMA_NO_NODE)
#define dev_get_drvdata(dev) ((void)(dev), NULL)
#define set_dma_ops(dev, ops) ((void)(dev))
static inline struct device *get_device(struct device *dev)
{
	return dev;
}

#define put_device(dev) ((void)(dev))

struct pci_bus {
	u8 number;
};

struct pci_dev {
	struct device dev;
	struct pci_bus *bus;
	struct pci_bus own_bus;
	unsigned devfn;
	unsigned is_virtfn : 1;
	unsigned ats_enabled : 1;
	struct host_pci_dev *host;
};

#define PCI_DEVID(bus, devfn) ((u16)((u16)(bus) << 8 | (devfn)))
#define PCI_BUS_NUM(rid) (((rid) >> 8) & 0xff)
#define PCI_DEVFN(slot, func) ((((slot)&0x1f) << 3) | ((func)&7))
#define PCI_SLOT(devfn) (((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn) ((devfn)&7)
#define dev_is_pci(dev) ((void)(dev), true)
#define to_pci_dev(device) container_of(device, struct pci_dev, dev)
#define pci_dev_id(pdev) PCI_DEVID((pdev)->bus->number, (pdev)->devfn)
#define pci_physfn(pdev) (pdev)
#define pci_real_dma_dev(pdev) (pdev)
#define pci_domain_nr(bus) ((void)(bus), 0)
#define pci_device_is_present(pdev) host_pci_device_is_present((pdev)->host)
/* No bridges: a function is its own only alias. */
#define pci_for_each_dma_alias(pdev, fn, data) (fn)(pdev, pci_dev_id(pdev), data)
/* Found by its number as long as the machine has it; counted references keep nothing alive here. */
struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned bus, unsigned devfn);
#define pci_dev_get(pdev) (pdev)
#define pci_dev_put(pdev) ((void)(pdev))

/* drivers/pci/ats.c. All functions have the three capabilities. */
#define SHIM_PASIDS 256 /* Max PASID Width 8: the table has one page */
#define pci_ats_supported(pdev) ((void)(pdev), true)
#define pci_pri_supported(pdev) ((void)(pdev), true)
#define pci_ats_page_aligned(pdev) ((void)(pdev), 1)
#define pci_prg_resp_pasid_required(pdev) ((void)(pdev), 1)
#define pci_pasid_features(pdev) ((void)(pdev), 6)
#define pci_max_pasids(pdev) ((void)(pdev), SHIM_PASIDS)
static inline int pci_prepare_ats(struct pci_dev *pdev, int shift)
{
	return 0;
}

#define pci_ats_queue_depth(pdev) ((pdev)->host->ats_qdep)
int pci_enable_ats(struct pci_dev *pdev, int shift);
void pci_disable_ats(struct pci_dev *pdev);
int pci_reset_pri(struct pci_dev *pdev);
int pci_enable_pri(struct pci_dev *pdev, u32 requests); /* at most what the function has */
void pci_disable_pri(struct pci_dev *pdev);
int pci_enable_pasid(struct pci_dev *pdev, int features);
void pci_disable_pasid(struct pci_dev *pdev);

/* --- Interrupts: kernel/irq/manage.c, arch/x86/kernel/apic/msi.c -------------------------------------------- */

typedef int irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *data);
#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)
#define IRQF_ONESHOT 0x2000

struct irq_data {
	int irq;
	void *handler_data;
};

struct msi_msg {
	u32 address_lo, address_hi, data;
};

#define irq_data_get_irq_handler_data(data) ((data)->handler_data)
void *irq_get_handler_data(int irq);
/* An interrupt of a remapping unit; @handler_data is the kernel's struct intel_iommu. */
int dmar_alloc_hwirq(int id, int node, void *handler_data);
void dmar_free_hwirq(int irq);
/* Installs the thread, gives hardware the message, unmasks it. @name: static string. Sleeps. */
int request_threaded_irq(int irq, irq_handler_t handler, irq_handler_t thread, unsigned long flags,
			 const void *name, void *data);
/* As if it had been raised. */
void irq_wake_thread(unsigned int irq, void *data);
/* Masks it, and waits for a running thread. Sleeps. */
void free_irq(int irq, void *data);

/* Of a machine without ACPI, or as the files want them. */
#define DMAR_UNITS_SUPPORTED 1024
#define SYSTEM_BOOTING 0
#define SYSTEM_RUNNING 3
#define system_state SYSTEM_RUNNING
typedef void *acpi_handle;
struct acpi_dmar_header {
	u16 type, length;
};
struct pmu {
	u8 unused;
};
struct perf_event;
#define cpu_feature_enabled(feature) 0

/* Named by inline functions of <linux/iommu.h> that nothing here calls. */
struct scatterlist;
struct sg_table {
	struct scatterlist *sgl;
	unsigned orig_nents;
};
struct iova_bitmap;
void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova, size_t size);
int copy_struct_from_user(void *to, size_t to_size, const void *from, size_t from_size);

#endif
