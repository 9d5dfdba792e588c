/** Photos made small on the device: what a phone takes is ten times what anybody looks at. */

/** The long side, pixels; the server keeps no more. */
export const LONG_SIDE_PX = 1600;
/** Each try is smaller, should a picture be all grass and gravel: the door lets in 1 MB. */
const TRIES = [
  { side: LONG_SIDE_PX, quality: 0.8 },
  { side: LONG_SIDE_PX, quality: 0.6 },
  { side: 1200, quality: 0.6 },
  { side: 800, quality: 0.5 },
] as const;
export const MOST_BYTES = 900_000;

/** This file is no picture that the browser can show. */
export class NoPicture extends Error {
  constructor() {
    super("This is not a picture.");
    this.name = "NoPicture";
  }
}

/** Width and height with the long side held to `side`. */
export function within(width: number, height: number, side: number): [number, number] {
  const share = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

async function decoded(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NoPicture();
  }
}

function asJpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new NoPicture())),
      "image/jpeg",
      quality,
    );
  });
}

/** A JPEG of what is to be seen: upright, small, without anything that the camera wrote into it. */
export async function shrunk(file: Blob): Promise<Blob> {
  const picture = await decoded(file);
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  if (!paper) throw new NoPicture();
  let best: Blob | null = null;
  for (const { side, quality } of TRIES) {
    [canvas.width, canvas.height] = within(picture.width, picture.height, side);
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    best = await asJpeg(canvas, quality);
    if (best.size <= MOST_BYTES) break;
  }
  picture.close();
  if (!best) throw new NoPicture();
  return best;
}
