import { writeFileAtomic } from './files.ts';

/** What the generated configuration says; ports and address are all on loopback. */
export interface LiveKitSettings {
  readonly port: number;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookUrl: string;
  /** Inside a container the server must listen on its own outer interface. */
  readonly bindAddress: string;
}

/**
 * LiveKit's configuration file (https://github.com/livekit/livekit/blob/master/config-sample.yaml).
 * JSON is YAML too.
 */
export function livekitConfig(settings: LiveKitSettings): string {
  const config = {
    port: settings.port,
    bind_addresses: [settings.bindAddress],
    rtc: {
      tcp_port: settings.tcpPort,
      udp_port: settings.udpPort,
      node_ip: '127.0.0.1',
      use_external_ip: false,
      // Browsers on this machine reach the server at loopback, which ICE leaves out by default.
      enable_loopback_candidate: true,
      ips: { includes: ['127.0.0.1/32'] },
    },
    keys: { [settings.apiKey]: settings.apiSecret },
    webhook: { api_key: settings.apiKey, urls: [settings.webhookUrl] },
    room: { auto_create: true, empty_timeout: 60, departure_timeout: 20 },
    logging: { level: 'info', json: false },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

export function writeLiveKitConfig(path: string, settings: LiveKitSettings): void {
  writeFileAtomic(path, livekitConfig(settings));
}
