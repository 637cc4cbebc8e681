// Samples as a .wav: RIFF, 16 bit, the loudest sample 1 dB below the most that fits.

const PEAK = 32767 * 10 ** (-1 / 20);
const BLOCK = 2 ** 20; // frames at a time, some 10 ms: keys that are played meanwhile do not wait
const HEADER_BYTES = 44;

/** The bytes of an AudioBuffer as a file. */
export async function wavOf(buffer) {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i));
  const loudest = await peakOf(channels);
  const gain = loudest ? PEAK / loudest : 0;
  const parts = [header(channels.length, buffer.length, buffer.sampleRate)];
  for (let at = 0; at < buffer.length; at += BLOCK) {
    parts.push(interleaved(channels.map((samples) => samples.subarray(at, at + BLOCK)), gain));
    await turn();
  }
  return new Blob(parts, { type: "audio/wav" });
}

async function peakOf(channels) {
  let peak = 0;
  for (let at = 0; at < channels[0].length; at += BLOCK) {
    for (const samples of channels) {
      for (const each of samples.subarray(at, at + BLOCK)) peak = Math.max(peak, Math.abs(each));
    }
    await turn();
  }
  return peak;
}

/** Lets the page do what waits. */
const turn = () => new Promise((resolve) => { setTimeout(resolve, 0); });

function interleaved(channels, gain) {
  const bytes = new DataView(new ArrayBuffer(2 * channels.length * channels[0].length));
  let at = 0;
  for (let i = 0; i < channels[0].length; i++) {
    for (const samples of channels) {
      bytes.setInt16(at, Math.round(samples[i] * gain), true);
      at += 2;
    }
  }
  return bytes;
}

/** Source: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991). */
function header(channels, frames, rate) {
  const frameBytes = 2 * channels;
  const bytes = new DataView(new ArrayBuffer(HEADER_BYTES));
  const text = (at, letters) => [...letters].forEach((each, i) => bytes.setUint8(at + i, each.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, HEADER_BYTES - 8 + frames * frameBytes, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true); // bytes of the format that follows
  bytes.setUint16(20, 1, true); // plain samples
  bytes.setUint16(22, channels, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * frameBytes, true);
  bytes.setUint16(32, frameBytes, true);
  bytes.setUint16(34, 16, true); // bits
  text(36, "data");
  bytes.setUint32(40, frames * frameBytes, true);
  return bytes;
}
