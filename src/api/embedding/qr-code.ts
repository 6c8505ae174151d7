import { toBuffer, toString as toText } from 'qrcode'

/** The sides a QR code may have, in pixels. */
export const qrSizeMin = 96
export const qrSizeMax = 1024
export const qrSizeDefault = 512

const options = { errorCorrectionLevel: 'M', margin: 4, color: { dark: '#000000ff', light: '#ffffffff' } } as const

/** A QR code (ISO/IEC 18004, error level M) as SVG, of any size. */
export async function drawQrSvg (text: string, size: number): Promise<string> {
  return await toText(text, { ...options, type: 'svg', width: size })
}

/** The same as PNG, of a side in pixels. */
export async function drawQrPng (text: string, size: number): Promise<Buffer> {
  return await toBuffer(text, { ...options, type: 'png', width: size })
}
