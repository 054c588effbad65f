import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { readTar } from '../../src/data/tar';
import { tarOf, withChecksum } from './tar-archive';

const text = (bytes?: Uint8Array) => bytes && new TextDecoder().decode(bytes);

// By GNU tar 1.34, compressed: made/a.bin, a link to it, made/b.bin, and block.bin, 512 times the letter x, in a folder
// whose name has 99 letters.
const archives = {
  oldgnu:
    'H4sIAAAAAAACA+3XSw6CMBQF0C6lbgD66G/qAtgEKDEGbRM/0eVbO1OM0UGLsfdMIEwf97Zv362HmqUlAqt1fAbPz/hO0ojGGqHid2O0YFyzDM' +
    '7HU3fgnBVqf59/V/Vbl3b+Rqk385dP8w9/i2RcYP7JeTcwKFfMfz93/tU0/xr5z+F08QukoFxVXdXL1rtNu3XjTPkn3TzcBUP+rSXGW+Q/T/+v' +
    '06sRtVLn//3+J4kU9r9y+t/Iaf9L9P9f9X+/86sx7Z4Bv9v/b/JPr/pfEva/HK5QtJj/XTj7E1ZzvP9Z+/n9j6gRhvGmy3BeFJ5/AAAAAAAAKM' +
    'MN4CxKBAAoAAA=',
  gnu:
    'H4sIAAAAAAACA+3XSw6CMBQF0C6lbgD6oe3UBbCJIsQQfomf6PKtnQmG6KDF2HsmEKaPe/s62LrJSVjMMUr5pzN/+ncuNRNGs8J/11oxQhWJ4H' +
    'q+2BOlJFHDc/42q9ox7Px1UazMX87m7/4WSSjD/IObxoZAunz+q63zXyzzr5D/GC63aYcUpCvLs3xfTuOxbMduo/xzJV52QZd/YzihJfIfp//r' +
    '8HJELdn5f33/k1y6lQD3v1T6X8tl/0v0/1/1f9VPhy7sPQN+t/9X8s/f9L8wuP9FcYek+fz37uwPWM1+/zPm8/2Pc8E0ocJGOC8Szz8AAAAAAA' +
    'Ck4QGP8RTrACgAAA==',
  ustar:
    'H4sIAAAAAAACA+3XyQ6CMBAG4D4KvoBMl2mfB4QDkSVxiT6+pScDiUu0mMr/XUo4tRn+YdoVVZ2LuMhzzGH1pmt4ltqScpbM+F6SZBIZiwWcj6' +
    'fi4LfyjUPeHy4R3Vj/Yls2fdz6W2Me1F9P6i+JtcgI9Y9u6GsB6xXyX/46/2aef0b+l3C6DBukYL2q+PK35z+tjTKJz39jY02g/mU77PZx2/+z' +
    '/i/n9WfpXOL9P/xYF0jXh9u+wqqFz7Rt+pg9IPR/H+jX7/+KyYpMRb6XYv4DAAAAAAAAAAAAgH91AxvlE9sAKAAA',
  pax:
    'H4sIAAAAAAACA+3azW6CQBQF4FnzFPQF5M7PnXEW7rvsK4CS1PjXKE19/I4mJorahsQBkfNtILBQg+ceGRxlH/n+vcxn5XaXrcJGPB4F1pjjNq' +
    'hviZwRUltSzpI5HJdSKhbpXrTge1fl2/BWxDBpSvNqvion0nl2euwNjxSxobFjk4Sz0+uzirQfe58I6L1D5LPIr3GMOPP9/If9y/yTZBIp9yn/' +
    '9Q/Xp+t/VgH5qJivu5//jh3mf3fz/zThb81/6a220mqJ+f8q8z9G6Jvkn3Q9/8RapNSn/Pd0/m/WJUIw9Pyf9X/xJP1vCf2P/odW8l903f/muv' +
    '8Z/d+G6mfzhhSg/0/9P4vgv/yrcLN/kX8ttVPo/zZIyelXXn1Ojl+EWXxZgp8cz5b/yJe88fqvVmEH67+vdP3/nP+ufv2lYTz/a2f+K9Py/C+W' +
    'm+nicMOR3Hv2aKXWFs8eh5J/eWP+s8P9Xyv2MGj1+7/lfL149GpQ8/VfZcIh9H9n67+hg71HBw+l/2OEvpZ/51yD//8oJitSFfm5NPofAAAAAA' +
    'AAAAAAAAAAAAAAAAAA+uoXOw1USQBQAAA=',
};

for (const [format, packed] of Object.entries(archives)) {
  test(`the files of an archive in the format ${format} are read`, () => {
    const files = readTar(Uint8Array.from(gunzipSync(Buffer.from(packed, 'base64'))));
    assert.deepEqual([text(files.get('made/a.bin')), text(files.get('made/b.bin'))], ['one', 'two!']);
    const [path, block] = [...files].find(([, { length }]) => length === 512)!;
    assert.equal(text(block), 'x'.repeat(512));
    const whole = `made/${'d'.repeat(99)}/block.bin`;
    assert.equal(path, format === 'ustar' ? whole : whole.slice(0, format === 'oldgnu' ? 99 : 100));
    assert.equal(files.size, 3);
  });
}

const archive = tarOf({ 'a/one': Uint8Array.of(1, 2, 3), two: new Uint8Array(1000).fill(7) });

test('the files are views of the archive, wherever it lies in a buffer', () => {
  const within = new Uint8Array(archive.length + 7);
  within.set(archive, 7);
  const files = readTar(within.subarray(7));
  assert.deepEqual([...files], [['a/one', Uint8Array.of(1, 2, 3)], ['two', new Uint8Array(1000).fill(7)]]);
  assert.equal(files.get('two')!.buffer, within.buffer);
});

test('an archive without files is empty, and one of an empty file has it', () => {
  assert.equal(readTar(new Uint8Array(1024)).size, 0);
  assert.deepEqual([...readTar(tarOf({ nothing: new Uint8Array() }))], [['nothing', new Uint8Array()]]);
});

describe('an archive is refused, by name, if it', () => {
  const changed = (at: number, ...bytes: number[]) => {
    const copy = archive.slice();
    copy.set(bytes, at);
    return copy;
  };
  const second = 1024;
  const lengthless = changed(124, ...Buffer.from('many'.padEnd(12)));
  withChecksum(lengthless.subarray(0, 512));
  for (const [fault, bytes, message] of [
    ['is cut within a file', archive.subarray(0, second + 512 + 999), /^set is truncated: two has 999 of its 1000 bytes$/],
    ['is cut within a header', archive.subarray(0, second + 100), /^set is truncated: it ends at byte 1124 without an end mark$/],
    ['is cut between two files', archive.subarray(0, second), /^set is truncated: it ends at byte 1024 without an end mark$/],
    ['is empty', new Uint8Array(), /^set is truncated: it ends at byte 0/],
    ['has one byte of a header wrong', changed(second + 1, 0x57), /^set is corrupt, or no tar.*header at byte 1024 is wrong$/],
    ['has a wrong length in a header', changed(124 + 10, 0x31), /^set is corrupt.*checksum of the header at byte 0 is wrong$/],
    ['has a checksum that is no number', changed(148, 0x78), /^set is corrupt.*checksum of the header at byte 0 is wrong$/],
    ['has a length that is no number', lengthless, /^set is corrupt: the header at byte 0 gives no length$/],
    ['is something else', new TextEncoder().encode('<html>'.repeat(200)), /^set is corrupt, or no tar archive/],
  ] as const) {
    test(fault, () => assert.throws(() => readTar(bytes, 'set'), { message }));
  }
});
