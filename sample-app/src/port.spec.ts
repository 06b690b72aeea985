import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { portOf, requireFree } from './port.js';
import { itForAll } from '../../test/support/it-for-all.js';

describe('The port', () => {
  afterEach(() => void delete process.env.SOME_PORT);

  it('is refused if another process uses it, and the error shows a command that chooses another port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(requireFree(port, '127.0.0.1')).rejects.toThrow(
      new RegExp(`^Port ${port} is in use\\. Choose another one: PORT=\\d+ npm start$`),
    );
    other.close();
    await once(other, 'close');
    await expect(requireFree(port, '127.0.0.1')).resolves.toBeUndefined();
  });

  itForAll(['x', '0', '65536', '80.5'])(
    'must be a number from 1 to 65535: the error names the variable',
    (text) => {
      process.env.SOME_PORT = text;
      expect(() => portOf('SOME_PORT', 3000)).toThrow(
        `SOME_PORT must be a port from 1 to 65535, not "${text}".`,
      );
    },
  );

  it('is the default if the variable is empty or not set', () => {
    expect(portOf('SOME_PORT', 3000)).toBe(3000);
    process.env.SOME_PORT = '';
    expect(portOf('SOME_PORT', 3000)).toBe(3000);
  });
});
