import type { Uuid } from '../../src/base/ids.ts'
import { orderLoad, sendLoad, type Bench, type Load, type Scenario } from '../bench.ts'
import type { Contestant } from '../race.ts'

export const ordersOnOneSku = 'orders on one SKU, 64 connections'
export const ordersOfOneWallet = 'orders from one wallet, 64 connections'
export const ordersByKeyPair = 'orders signed by Ed25519, 64 connections'
export const connectionCounts = [16, 64, 256] as const

const connections = 64

/** The name of the load that is spread over SKUs and wallets, by connections and API processes. */
export function spreadLoad (connections: number, apis = 1): string {
  return `orders, ${connections} connections${apis === 1 ? '' : `, ${apis} API processes`}`
}

export const orders: Scenario = {
  name: 'orders',
  says: 'signed orders of one code, inline, spread over resellers and SKUs, by one API process and by two',
  contestants: async bench => [bench, { ...bench, server: bench.doubled }].flatMap(bench => connectionCounts.map(connections => {
    const name = spreadLoad(connections, bench.server.ports.length)
    return ordering(bench, { name, rounds: connections === 16 ? 'some' : 'all', sells: bench.shop.skus, connections })
  }))
}

export const oneSku: Scenario = {
  name: 'one-sku',
  says: 'the same, all on one SKU',
  contestants: async bench => [ordering(bench, { name: ordersOnOneSku, rounds: 'some', sells: bench.shop.hotSkus, connections })]
}

export const oneWallet: Scenario = {
  name: 'one-wallet',
  says: 'the same, all from one wallet',
  contestants: async bench => {
    const { skus, buyers } = bench.shop
    return [ordering(bench, { name: ordersOfOneWallet, rounds: 'some', sells: skus, connections, signers: buyers.slice(0, 1) })]
  }
}

export const keyPairs: Scenario = {
  name: 'ed25519',
  says: 'the same, signed by key pairs (Ed25519) instead of shared secrets (HMAC-SHA256)',
  contestants: async bench => {
    const signers = await bench.shop.makeKeyPairs()
    return [ordering(bench, { name: ordersByKeyPair, rounds: 'some', sells: bench.shop.skus, connections, signers })]
  }
}

type Ordering = Omit<Contestant, 'measure'> & Pick<Load, 'connections' | 'signers'> & { readonly sells: readonly Uuid[] }

function ordering (bench: Bench, { connections, signers, ...contestant }: Ordering): Contestant {
  return {
    ...contestant,
    measure: () => sendLoad(bench, { connections, load: orderLoad('spread', contestant.sells), ...(signers && { signers }) })
  }
}
