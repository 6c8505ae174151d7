// GraphiQL in a real browser: it loads nothing from elsewhere, asks with a bearer token, and follows events.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Page } from 'playwright-core'
import t from 'tap'
import { openBrowser, withoutBrowser } from '../support/browser.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t, { graphiql: true })
const plain = await openHouse(t)

t.test('the editor is there in the embedded default, with a policy that allows this server alone, and nowhere else', async t => {
  const page = await fetch(`${house.url}/graphiql`)
  t.equal(page.status, 200)
  t.match(page.headers.get('content-security-policy'), /default-src 'none'; script-src 'self';.*connect-src 'self'/)
  const loaded = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!).filter(address => !address.startsWith('data:'))
  t.ok(loaded.length >= 5)
  for (const address of loaded) t.equal((await fetch(house.url + address)).status, 200, `${address} is served here`)
  t.equal((await fetch(`${plain.url}/graphiql`)).status, 404)
  t.equal((await fetch(`${plain.url}/graphiql/schema.json`)).status, 404)
})

t.test('in a browser it completes without a token, says how to get one, answers and follows with it, and reaches nothing outside', { skip: withoutBrowser }, async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const token = await tokenOf(alice.id)
  const browser = await openBrowser(t)
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const asked: string[] = []
  const troubles: string[] = []
  page.on('request', request => asked.push(request.url()))
  page.on('pageerror', error => troubles.push(error.message))
  page.on('console', message => { if (message.type() === 'error') troubles.push(message.text()) })
  await page.goto(`${house.url}/graphiql`)

  await runs(page, 'Start')
  await page.getByText('There is no token yet').waitFor()
  await shows(page, 'no-token')
  await page.locator('.graphiql-editor-tool .CodeMirror:visible').click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${token}` }))
  await runs(page, 'Start')
  await page.locator('.result-window').getByText('"world"').waitFor()
  await shows(page, 'answer')
  await page.getByRole('button', { name: /documentation/i }).first().click()
  await page.getByText('placeOrder').or(page.getByText('Mutation')).first().waitFor()
  await shows(page, 'docs')

  await runs(page, 'Follow')
  await page.getByRole('button', { name: /stop/i }).waitFor()
  const bought = page.locator('.result-window').getByText('"order.completed"').waitFor()
  for (let i = 0; i < 5 && !await Promise.race([bought.then(() => true), alice.places({ reference: `G ${i}`, sku, quantity: 1 }).then(() => false)]); i++);
  await bought
  await shows(page, 'following')

  t.same(asked.filter(address => !address.startsWith(house.url) && !address.startsWith('data:')), [], 'no request leaves the origin')
  t.same(troubles, [], 'the browser has nothing to say against it')
})

async function runs (page: Page, operation: string): Promise<void> {
  await page.getByRole('button', { name: /execute/i }).click()
  await page.getByRole('menuitem', { name: operation }).click()
}

/** Keeps a picture where someone wants to look at it. */
async function shows (page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/graphiql-${name}.png` })
}

/** A token as kahub token gets it. */
async function tokenOf (resellerId: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { id } = await house.operator.resellerKeys.create(resellerId, {
    reference: 'tool', name: 'tool', algorithm: 'ed25519', public_key: publicKey.export({ format: 'jwk' }) as never, scopes: ['catalog:read', 'orders:read', 'wallet:read']
  })
  const jwt = await new SignJWT({ iss: id, sub: id, aud: `${house.url}/oauth/token`, jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' }).setExpirationTime('1m').sign(privateKey)
  const answer = await fetch(`${house.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: jwt })
  })
  return (await answer.json() as { access_token: string }).access_token
}
