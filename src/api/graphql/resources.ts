import { events } from './events.ts'
import { me } from './me.ts'
import { orders } from './orders.ts'
import { products } from './products.ts'
import type { Resource } from './resource.ts'
import { stock } from './stock.ts'
import { wallets } from './wallets.ts'

/** Every resource of the graph, a file each. */
export const resources: readonly Resource[] = [me, products, stock, orders, wallets, events]
