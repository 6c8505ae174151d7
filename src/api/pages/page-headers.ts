// What every page is sent with: what it may load, and that nobody is told where its visitor came from.

/** What may show a page in a frame. */
export type FramedBy = 'nobody' | 'everybody'

/** What a page needs of the sources of a Content-Security-Policy; what is left out is as little as there is. */
export interface PageNeeds {
  /** A hash where its style stands in the page itself; else it is a file of ours. */
  readonly styles?: string
  /** Scripts are files of ours, and ask this server alone. */
  readonly runs?: 'nothing' | 'scripts' | 'scripts and workers'
  readonly pictures?: string
  readonly formsTo?: string
  readonly framedBy?: FramedBy
}

/** The Content-Security-Policy of a page (CSP 3): nothing inline, and nothing from elsewhere but what it names. */
export function pagePolicy (needs: PageNeeds): string {
  const { styles = "'self'", runs = 'nothing', pictures = 'data:', formsTo = "'none'", framedBy = 'nobody' } = needs
  return [
    "default-src 'none'",
    `style-src ${styles}`,
    ...(runs === 'nothing' ? [] : ["script-src 'self'", "connect-src 'self'"]),
    ...(runs === 'scripts and workers' ? ["worker-src 'self'"] : []),
    `img-src ${pictures}`,
    "base-uri 'none'",
    `form-action ${formsTo}`,
    `frame-ancestors ${framedBy === 'everybody' ? '*' : "'none'"}`
  ].join('; ')
}

/** Of all that is shown: nobody is told where a visitor came from, and nothing is taken for what it is not. */
export const discreetHeaders = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' } as const

/** The headers of a page under a policy; how long it is kept is its own matter. */
export function pageHeaders (policy: string): Readonly<Record<string, string>> {
  return { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy, ...discreetHeaders }
}
