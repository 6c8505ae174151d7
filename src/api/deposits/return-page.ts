// Where the browser comes back to after a deposit whose reseller named no page of its own.
import { createHash } from 'node:crypto'
import { buyerLanguages, type BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { App } from '../app-types.ts'
import { languageOf, otherLanguage } from '../pages/language.ts'
import { pageHeaders, pagePolicy } from '../pages/page-headers.ts'
import { bothSchemes, printDocument } from '../pages/print-document.ts'

/** Below our own origin. */
export const depositReturnPath = '/deposits/done'

/** Serves the page. It says nothing of the payment: whoever comes back may not have paid. */
export function depositReturnPage (app: App): void {
  const pages = new Map(buyerLanguages.map(language => [language, printReturnPage(language)]))
  const styles = `'sha256-${createHash('sha256').update(style).digest('base64')}'`
  const headers = { ...pageHeaders(pagePolicy({ styles })), 'cache-control': 'no-store' }
  app.get<{ Querystring: { lang?: string } }>(depositReturnPath, { schema: { hide: true } as never }, (request, reply) =>
    reply.headers(headers).send(pages.get(languageOf(request.query.lang, request.headers['accept-language']))))
}

const words: Readonly<Record<BuyerLanguage, { readonly title: string, readonly text: string, readonly name: string }>> = {
  'zh-CN': { title: '可以关闭本页了', text: '付款结果以充值单为准，请回到发起充值的地方查看。', name: '中文' },
  en: { title: 'You may close this page', text: 'What became of the payment stands with the deposit: look where you began it.', name: 'English' }
}

const style = `
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center }
main { max-width: 26rem; padding: 24px; text-align: center; font: 17px/1.6 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif }
h1 { font-size: 1.375rem; margin: 0 0 8px }
p { margin: 0 0 8px }
a { color: inherit; display: inline-block; padding: 10px }
`

function printReturnPage (language: BuyerLanguage): string {
  const { title, text } = words[language]
  const other = otherLanguage(language)
  return printDocument({
    language,
    title,
    head: `${bothSchemes}\n<style>${style}</style>`,
    body: `<main>
<h1>${title}</h1>
<p>${text}</p>
<a href="?lang=${other}" lang="${other}" hreflang="${other}">${words[other].name}</a>
</main>`
  })
}
