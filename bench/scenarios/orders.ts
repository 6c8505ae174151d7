import { codesFor, measureLoad, orderLoad, type Bench, type Scenario } from '../bench.ts'

const connections = 64

export const orders: Scenario = {
  name: 'orders',
  says: 'signed orders of one code, inline, spread over resellers and SKUs',
  async run (bench) {
    const { skus } = bench.shop
    await bench.shop.fillShelves(skus, codesFor(bench, 2, skus.length))
    await spread(bench, connections)
    await spread(bench, 256)
  }
}

export const oneSku: Scenario = {
  name: 'one-sku',
  says: 'the same, all on one SKU',
  async run (bench) {
    const { oneSku } = bench.shop
    await bench.shop.fillShelves([oneSku], codesFor(bench, 1, 1))
    await measureLoad(bench, 'orders on one SKU', { connections, load: orderLoad('one-sku', [oneSku]) })
  }
}

export const oneWallet: Scenario = {
  name: 'one-wallet',
  says: 'the same, all from one wallet',
  async run (bench) {
    const { skus, buyers } = bench.shop
    await bench.shop.fillShelves(skus, codesFor(bench, 1, skus.length))
    await measureLoad(bench, 'orders from one wallet', { connections, load: orderLoad('one-wallet', skus), signers: buyers.slice(0, 1) })
  }
}

function spread (bench: Bench, connections: number) {
  return measureLoad(bench, `orders, ${connections} connections`, { connections, load: orderLoad('spread', bench.shop.skus) })
}
