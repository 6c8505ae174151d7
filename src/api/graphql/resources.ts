import { approvals } from './approvals.ts'
import { bulkOrders } from './bulk-orders.ts'
import { checkouts } from './checkouts.ts'
import { complaints } from './complaints.ts'
import { deliveries } from './deliveries.ts'
import { deposits } from './deposits.ts'
import { encryptionKeys } from './encryption-keys.ts'
import { endpoints } from './endpoints.ts'
import { events } from './events.ts'
import { gateways } from './gateways.ts'
import { holds } from './holds.ts'
import { hosts } from './hosts.ts'
import { keys } from './keys.ts'
import { links } from './links.ts'
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
import { sessions } from './sessions.ts'
import { settlements } from './settlements.ts'
import { standingOrders } from './standing-orders.ts'
import { stock } from './stock.ts'
import { subscriptions } from './subscriptions.ts'
import { wallets } from './wallets.ts'

/** Every resource of the graph, a file each. */
export const resources: readonly Resource[] = [
  me, keys, products, stock, quotes, holds, orders, reversals, reveals, bulkOrders, approvals, standingOrders, encryptionKeys, wallets, deposits,
  endpoints, deliveries, events, subscriptions, hosts, sessions, links, checkouts, complaints, sessionReports, settlements, payouts, gateways,
  sandbox
]
