// The machine's own browser, for the tests that look at pages. Where there is none they are left out.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Test } from 'tap'

const path = process.env.KAHUB_TEST_CHROMIUM ?? '/usr/bin/chromium'

/** A reason to leave a test out, or false. */
export const withoutBrowser: string | false = existsSync(path) ? false : 'there is no Chromium here'

/** The screens that pages are looked at on. */
export const screens = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 860 } }
} as const
export type Screen = keyof typeof screens

/** Opens the browser; it is closed when the test ends. */
export async function openBrowser (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  return browser
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What the rules of accessibility (WCAG 2 A and AA, axe-core) find wrong with a page: the rule, and where. */
export async function accessibilityFaults (page: Page): Promise<readonly string[]> {
  // Its text is run by the debugger, which no policy of the page forbids.
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(readFileSync(axe, 'utf8'))
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run: (context: unknown, options: unknown) => Promise<Found> } }).axe
      .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`)
  })
}

interface Found { readonly violations: readonly { readonly id: string, readonly nodes: readonly { readonly target: unknown }[] }[] }

/** Keeps a picture of the page when KAHUB_TEST_PICTURES names a folder, for somebody to look at. */
export async function keepPicture (page: Page, name: string): Promise<void> {
  const folder = process.env.KAHUB_TEST_PICTURES
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
