// The passes of purchase links and payments, with their rhythm and their bound.
import { bankReceipts } from '../domain/links/settlement/bank-receipts.ts'
import { purgeViewers } from '../domain/links/live/count-visits.ts'
import { endDueLinks } from '../domain/links/end-link.ts'
import { expireCheckouts } from '../domain/links/checkouts/expire-checkouts.ts'
import { settleSales } from '../domain/links/settlement/settle-sales.ts'
import { watchSoldOut } from '../domain/links/sold-out.ts'
import { paybackFailed, paybackSucceeded } from '../domain/links/checkouts/end-payback.ts'
import { queryPayments } from '../domain/payments/query-payments.ts'
import { sendPaybacks } from '../domain/payments/send-paybacks.ts'
import { purgeSandboxPayments } from '../domain/sandbox-gateway/purge-payments.ts'
import type { World } from '../domain/world.ts'
import type { Sender } from '../outgoing/send-callback.ts'
import { upTo, type Pass } from './passes.ts'
import { sendNotices } from './send-notices.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const settlementsPerRun = 20
const bankingsPerRun = 20
const sandboxPaymentsPerRun = 500
const paymentsPerRun = 64
const paybacksPerRun = 32
const viewersPerRun = 1_000
/** Of as many resellers, which are locked while their events are appended. */
const linksPerRun = 100
/** Whose links and stock are locked meanwhile. */
const checkoutsPerRun = 200

/** The pass that a hint makes come sooner. */
export const noticePass = 'send notices of the sandbox gateway'

/** The passes of one world's links and payments; `noticeSender` sends to the addresses that the sandbox gateway was given. */
export function linkPassesOf (world: World, noticeSender: Sender): readonly Pass[] {
  return [
    { name: noticePass, everyMs: 100, run: () => sendNotices(world, noticeSender) },
    {
      name: 'purge the sandbox gateway',
      everyMs: minute,
      run: async () => await purgeSandboxPayments(world.db, sandboxPaymentsPerRun) < sandboxPaymentsPerRun ? 'done' : 'more'
    },
    { name: 'purge viewers', everyMs: minute, run: () => upTo(viewersPerRun, limit => purgeViewers(world.db, limit)) },
    { name: 'expire checkouts', everyMs: second / 4, run: () => upTo(checkoutsPerRun, limit => expireCheckouts(world.db, limit)) },
    { name: 'watch what is sold out', everyMs: 5 * second, run: () => upTo(linksPerRun, limit => watchSoldOut(world.db, limit)) },
    { name: 'end links', everyMs: second, run: () => upTo(linksPerRun, limit => endDueLinks(world.db, limit)) },
    { name: 'query payments', everyMs: second / 4, run: () => upTo(paymentsPerRun, limit => queryPaymentsOf(world, limit)) },
    { name: 'send paybacks', everyMs: second / 2, run: () => upTo(paybacksPerRun, limit => sendPaybacksOf(world, limit)) },
    { name: 'watch gateways', everyMs: minute, run: async () => watchGateways(world) },
    { name: 'settle sales', everyMs: minute, run: () => upTo(settlementsPerRun, limit => settleSales(world.stepDb, limit)) },
    { name: 'bank receipts', everyMs: hour, run: () => upTo(bankingsPerRun, limit => bankReceipts(world.stepDb, limit)) }
  ]
}

function queryPaymentsOf ({ db, gateways, receivePayment }: World, limit: number): Promise<number> {
  return queryPayments({ db, gateways: gateways.current, receivePayment }, limit)
}

function sendPaybacksOf ({ db, gateways }: World, limit: number): Promise<number> {
  return sendPaybacks({ db, gateways: gateways.current, paybackSucceeded, paybackFailed }, limit)
}

/** Says which gateways cannot be used as they are configured: it counts as a pass that failed, until they are put right. */
function watchGateways ({ gateways }: World): 'done' {
  const { broken } = gateways.current
  if (broken.length === 0) return 'done'
  throw new Error(`payment gateways that cannot be used: ${broken.map(({ id, fault }) => `${id} (${fault})`).join(', ')}`)
}
