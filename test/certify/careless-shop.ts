// A shop as it is written in a hurry. Every line of it stands in some shop of this world; do not copy any.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { KahubError, type Kahub } from '../../sdk/src/index.ts'

interface Sale { readonly number: string, readonly sku: string, readonly quantity: number, state: string, codes: string[], paid: number }

const triesMax = 5

/** `kahub` repeats nothing by itself: this shop knows better. */
export function openCarelessShop ({ kahub }: { readonly kahub: Kahub }): { readonly server: Server } {
  const sales = new Map<string, Sale>()

  async function buy (sale: Sale): Promise<void> {
    for (let tries = 0; tries < triesMax; tries++) {
      try {
        // A fresh number for each attempt, so that there is no conflict.
        const lines = [{ sku: sale.sku, quantity: sale.quantity }]
        const order = await kahub.orders.place({ reference: randomUUID(), lines, fill: 'partial' })
        const codes = order.lines.flatMap(line => line.codes ?? [])
        sale.state = codes.length > 0 ? 'delivered' : 'failed'
        sale.codes.push(...codes.map(({ secret }) => secret.reveal()))
        sale.paid += Number(order.total)
        return
      } catch (error) {
        const { status = 0 } = error as KahubError
        // It is there already, says the web: then all is well.
        if (status === 409) return void (sale.state = 'delivered')
        if (status >= 500) return void (sale.state = 'failed')
      }
    }
    sale.state = 'failed'
  }

  async function receive (body: string): Promise<void> {
    const { type, data } = JSON.parse(body) as { type: string, data: { order?: { id: string, total: string } } }
    const bought = data.order && (await kahub.orders.codes(data.order.id)).data
    const codes = bought?.map(({ secret }) => secret.reveal()) ?? []
    const sale = [...sales.values()].find(sale => codes.some(code => sale.codes.includes(code)))
    if (!sale) return
    if (type === 'order.completed') {
      sale.codes.push(...codes)
      sale.paid += Number(data.order!.total)
    }
    if (type === 'order.cancelled') sale.state = 'failed'
  }

  const server = createServer(async (request, response) => {
    const number = request.url!.split('/')[3]
    if (request.method === 'GET') {
      const sale = sales.get(number!)
      return response.writeHead(sale ? 200 : 404).end(sale && JSON.stringify({ ...sale, paid: sale.paid.toFixed(2) }))
    }
    const body = await textOf(request)
    if (request.url === '/kahub') await receive(body).catch(() => {})
    else {
      const sale: Sale = { ...JSON.parse(body), state: 'pending', codes: [], paid: 0 }
      sales.set(sale.number, sale)
      void buy(sale)
    }
    response.writeHead(request.url === '/kahub' ? 200 : 202).end()
  })
  return { server }
}

async function textOf (request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}
