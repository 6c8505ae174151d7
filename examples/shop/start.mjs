// Starts the shop beside a kahub of your own: node examples/shop/start.mjs [CREDENTIALS] [PORT] [FOLDER]
// It makes its endpoint at its first start and keeps the secret, which is shown that once.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Kahub } from '@kahub/sdk'
import { openShop } from './shop.mjs'

const [credentials = '.kahub/demo-test.json', port = '3000', folder = '.'] = process.argv.slice(2)
const kahub = new Kahub({ ...JSON.parse(readFileSync(credentials, 'utf8')), timeoutMs: 10_000 })

const file = `${folder}/shop-endpoint.json`
if (!existsSync(file)) {
  const { id, secret } = await kahub.endpoints.create({ url: `http://127.0.0.1:${port}/kahub` })
  writeFileSync(file, JSON.stringify({ id, secret }), { mode: 0o600 })
}
const { secret } = JSON.parse(readFileSync(file, 'utf8'))
const { server, catchUp } = openShop({ kahub, secret, file: `${folder}/shop.json` })
server.listen(Number(port), '127.0.0.1', () => console.log(`the shop is open at http://127.0.0.1:${port}`))
await catchUp()
