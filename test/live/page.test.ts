// The host's page: what it shows, to whom, in a real browser on a phone and on a desk, and without a script.
import t, { type Test } from 'tap'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accessibilityFaults, keepPicture, openBrowser, openPage, screens, tooWide, withoutBrowser } from '../support/browser.ts'
import { until } from '../support/until.ts'
import { listen, openStage, type Stage, type StageLink } from './stage.ts'

const phone: BrowserContextOptions = { ...screens.phone, locale: 'zh-CN' }
const desk: BrowserContextOptions = { ...screens.desktop, locale: 'en-GB' }
const nasty = '<img src=x onerror=alert(1)>"\'&<script>alert(2)</script>'

t.test('in a browser', { skip: withoutBrowser }, async t => {
  const browser = await openBrowser(t)
  const stage = await openStage(t, { title: '周五晚八点｜游戏点卡专场', host: '小雅' })
  const links = await furnish(stage)
  const path = await stage.livePath()

  for (const [name, options] of Object.entries({ phone, desk, 'phone-dark': { ...phone, colorScheme: 'dark' }, 'desk-dark': { ...desk, colorScheme: 'dark' } } as const)) {
    await t.test(`while it runs, ${name}`, async t => {
      const page = await open(t, browser, stage, path, options)
      await page.waitForSelector('#connection.here')
      await holdsUp(t, page, `live-${name}`)
    })
  }

  await t.test('a sale, a view, a pause and what is left come by themselves', async t => {
    const page = await open(t, browser, stage, path, desk)
    await page.waitForSelector('#connection.here')
    const text = (selector: string) => page.textContent(selector)
    // A sale is marked until the next thing is told, which may be at once: whoever looks now and then can miss it.
    await page.evaluate(() => {
      const newest = document.querySelector<HTMLElement>('#newest')!
      new MutationObserver(() => {
        const buyer = newest.querySelector('li.new .who')
        if (buyer) newest.dataset.marked = buyer.textContent
      }).observe(newest, { childList: true })
    })
    const [paid, sold] = [Number(await text('[data-key=paid]')), Number(await text(`[data-key^="left-${links[0]!.slug}"]`))]
    await stage.buys(links[0]!, { contact: '+8613911112222' })
    await page.waitForFunction(before => document.querySelector('[data-key=paid]')?.textContent === String(before + 1), paid)
    await page.waitForFunction(([slug, left]) => document.querySelector(`[data-key^="left-${slug}"]`)?.textContent === String(left), [links[0]!.slug, sold - 1] as const)
    t.match(await (await page.waitForSelector('#newest[data-marked]')).getAttribute('data-marked'), /^139\*+2222$|^\+?\d*\*+2222$/, 'the buyer is masked')
    t.notMatch(await page.content(), /11112222/)
    stage.house.worlds.live.live.countViewer(links[0]!.uuid)
    await page.waitForFunction(() => document.querySelector('[data-key=viewers]')?.textContent === '1')
    await stage.seller.send('POST', `/v1/links/${links[1]!.id}/pause`)
    await page.waitForSelector('.mark.paused')
  })

  await t.test('what sellers write is text', async t => {
    const link = await stage.link({ title: nasty.slice(0, 80), skus: ['<svg onload=alert(3)>'] })
    await stage.buys(link)
    const page = await open(t, browser, stage, path, desk)
    await page.waitForSelector('#connection.here')
    t.equal(await page.locator('main img, main script, main svg[onload]').count(), 0)
    t.match(await page.textContent('#stock'), '<img src=x onerror=alert(1)>')
  })

  await t.test('without a script it loads itself anew', async t => {
    const page = await open(t, browser, stage, `${path}?lang=en`, { ...phone, javaScriptEnabled: false })
    t.equal(await page.locator('head noscript').count(), 1)
    t.match(await page.content(), '<meta http-equiv="refresh" content="5">')
    t.match(await page.textContent('#connection'), 'loads anew by itself')
    t.match(await page.textContent('#figures'), 'Purchases')
  })

  await t.test('at the end every open page becomes the report', async t => {
    const page = await open(t, browser, stage, path, desk)
    await page.waitForSelector('#connection.here')
    await stage.seller.send('POST', `/v1/sessions/${stage.session}/end`)
    await page.waitForSelector('.state.ended')
    t.match(await page.textContent('.kind'), 'Report')
    t.match(await page.textContent('#more'), 'Best minutes')
    await holdsUp(t, page, 'report-desk')
    await holdsUp(t, await open(t, browser, stage, path, phone), 'report-phone')
    await holdsUp(t, await open(t, browser, stage, path, { ...phone, colorScheme: 'dark' }), 'report-phone-dark')
  })
})

t.test('the address is the key: another is refused, and one that was replaced ends at once', async t => {
  const stage = await openStage(t)
  await stage.link()
  const path = await stage.livePath()
  const follower = listen(t, stage.house.url, `${path}/events`)
  await until(() => follower.data().length > 0)
  const page = await fetch(stage.house.url + path)
  t.equal(page.status, 200)
  t.match(Object.fromEntries(page.headers), {
    'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex', 'content-security-policy': /^default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'/
  })
  t.notMatch(await page.text(), /wholesale|margin|毛利|<script>|style="|onclick/, 'what is the seller’s alone is not there, and nothing is inline')

  const overlay = stage.house.worlds.live.buyerKeys.token('overlay', stage.sessionId, 1)
  const key = path.slice('/live/'.length)
  const altered = `${key.slice(0, -2)}${key.at(-2) === 'A' ? 'B' : 'A'}${key.at(-1)}`
  for (const token of [overlay, 'x', altered, `test-${key}`, 'a'.repeat(190)]) {
    t.equal((await fetch(`${stage.house.url}/live/${token}`)).status, 404)
    t.equal((await fetch(`${stage.house.url}/live/${token}/events`)).status, 404)
  }
  t.equal((await stage.seller.send('POST', `/v1/sessions/${stage.session}/rotate-addresses`)).status, 200)
  // The last chunk of the answer: it has ended.
  await until(() => /event: over[\s\S]*\r\n0\r\n\r\n$/.test(follower.text()))
  t.equal((await fetch(stage.house.url + path)).status, 404)
  t.equal((await fetch(stage.house.url + await stage.livePath())).status, 200)
})

async function furnish (stage: Stage): Promise<readonly StageLink[]> {
  const links = [
    await stage.link({ title: '游戏点卡 今晚专享', skus: ['100 元', '200 元', '500 元'], product: 'Steam 钱包充值卡', codes: 60, quota: 150, slug: 'cards' }),
    await stage.link({ title: 'PS 会员年卡', skus: ['12 个月'], product: 'PlayStation Plus', price: '488', codes: 20 }),
    await stage.link({ title: '音乐会员', skus: ['季卡'], product: '音乐会员', price: '45', codes: 4 })
  ]
  for (let i = 0; i < 36; i++) {
    const checkout = await stage.starts(links[0]!, { sku: links[0]!.skus[i % 3]!, quantity: 1 + i % 2 })
    if (i % 4 > 0) await stage.pays(checkout)
  }
  for (let i = 0; i < 4; i++) await stage.buys(links[2]!)
  const twice = await stage.buys(links[1]!)
  await stage.pays(twice)
  const { db } = stage.house
  await db`update sessions set starts_at = now() - interval '47 minutes'`
  await db`update checkouts set created_at = now() - interval '45 minutes' * power(abs(hashtext(id::text)) % 1000 / 1000.0, 2)`
  await db`update checkouts set ended_at = created_at + interval '40 seconds' where ended_at is not null`
  await db`
    insert into link_visits select id, date_trunc('minute', now()) - m * interval '1 minute', session_id, (20 + 15 * sin(m / 4.0))::int
    from links, generate_series(0, 46) as m`
  return links
}

async function open (t: Test, browser: Browser, stage: Stage, path: string, options: BrowserContextOptions): Promise<Page> {
  const { page } = await openPage(t, browser, options)
  page.on('console', message => { if (message.type() === 'error') t.fail(`the console says: ${message.text()}`) })
  page.on('pageerror', error => { t.fail(String(error)) })
  page.on('dialog', () => { t.fail('a script of a seller’s ran') })
  await page.goto(stage.house.url + path)
  return page
}

/** Nothing is wider than the screen, nothing is found by axe; and it is kept to be looked at. */
async function holdsUp (t: Test, page: Page, name: string): Promise<void> {
  t.equal(await tooWide(page), 0, 'it fits its screen')
  t.equal(await page.evaluate(() => [...document.querySelectorAll('.tile b')].filter(shown => shown.scrollWidth > shown.clientWidth + 1).length), 0, 'figures fit their tiles')
  t.same(await accessibilityFaults(page), [], `axe finds nothing on ${name}`)
  await keepPicture(page, name)
}
