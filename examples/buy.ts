// Buys two codes with the SDK and tells what happened: node bin/node.cjs examples/buy.ts [CREDENTIALS]
// The file holds url, keyId and secret; .kahub/demo.json when none is named. In a project of your own the import is '@kahub/sdk'.
import { readFileSync } from 'node:fs'
import { Conflict, Kahub } from '../sdk/src/index.ts'

const kahub = new Kahub(JSON.parse(readFileSync(process.argv[2] ?? '.kahub/demo.json', 'utf8')))

const [product] = (await kahub.products.list({ tag: 'hot', limit: 1 })).data
const sku = product!.skus[0]!

try {
  // Your own order number. Whatever happens on the way, the same reference gives the same order and the same codes.
  const reference = `example-${Date.now()}`
  const order = await kahub.orders.place({ reference, lines: [{ sku: sku.id, quantity: 2 }] })
  console.log(`${order.id}: 2 × ${product!.name} ${sku.name} for ${order.total} ${order.currency}`)
  for (const code of order.lines.flatMap(line => line.codes ?? [])) console.log(`  ${code.secret.reveal()}`)

  const again = await kahub.orders.place({ reference, lines: [{ sku: sku.id, quantity: 2 }] })
  console.log(`The same reference again: ${again.id === order.id ? 'the same order' : 'another order'}`)
} catch (error) {
  if (!(error instanceof Conflict)) throw error
  // Out of stock, too little money, …: error.code says which, and nothing was taken.
  console.error(`Not bought: ${error.code}: ${error.message}`)
  process.exitCode = 1
}
