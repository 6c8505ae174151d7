import { approvals } from './approvals.ts'
import { bulkOrders } from './bulk-orders.ts'
import { deliveries } from './deliveries.ts'
import { encryptionKeys } from './encryption-keys.ts'
import { endpoints } from './endpoints.ts'
import { events } from './events.ts'
import { holds } from './holds.ts'
import { keys } from './keys.ts'
import { me } from './me.ts'
import { orders } from './orders.ts'
import { payouts } from './payouts.ts'
import { products } from './products.ts'
import { quotes } from './quotes.ts'
import type { Resource } from './resource.ts'
import { reveals } from './reveals.ts'
import { reversals } from './reversals.ts'
import { sandbox } from './sandbox.ts'
import { sessionReports } from './session-reports.ts'
import { settlements } from './settlements.ts'
import { standingOrders } from './standing-orders.ts'
import { stock } from './stock.ts'
import { subscriptions } from './subscriptions.ts'
import { wallets } from './wallets.ts'

/** Every resource of the graph, a file each. */
export const resources: readonly Resource[] = [
  me, keys, products, stock, quotes, holds, orders, reversals, reveals, bulkOrders, approvals, standingOrders, encryptionKeys, wallets,
  endpoints, deliveries, events, subscriptions, sessionReports, settlements, payouts, sandbox
]
