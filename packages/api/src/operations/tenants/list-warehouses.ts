import type { Operation } from '../../operation.ts'

/** This version has no warehouses, so there are none to list. */
export const listWarehouses: Operation<'listWarehouses'> = async () => ({ dataStores: [], pageSize: 20 })
