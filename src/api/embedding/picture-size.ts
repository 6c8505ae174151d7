/** The Open Graph picture, in pixels, at its full width. */
export const pictureWidth = 1200
export const pictureHeight = 630
/** The widths it can be had in. */
export const pictureWidths = [pictureWidth, 600, 300] as const
export type PictureWidth = typeof pictureWidths[number]

/** The height of the picture at a width. */
export function heightAt (width: PictureWidth): number {
  return Math.round(width * pictureHeight / pictureWidth)
}
