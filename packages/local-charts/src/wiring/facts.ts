/** What the check of the wiring has to be told, because no rendered object says it. */
export interface WiringFacts {
  /** What messages call the whole of the releases: `dev`. */
  environment: string;
  /** The namespace of the releases. */
  namespace: string;
  /** How the names of all environments' namespaces begin: `shop-`. An address in another of them is a mistake. Default: the namespace. */
  namespacePrefix?: string;
  /** File that keys stand in, as messages name it. Without one, messages name no keys. */
  settingsFile?: string;
  /**
   * The Secrets that are there before any chart, by name and key. Of a key's content the text that may be known, with `***`
   * for what is hidden (`postgresql://app:***@db:5432/app`), or undefined.
   */
  secrets?: Record<string, Record<string, string | undefined>>;
  /**
   * Other objects that are there before any chart, by kind and name, for pods that refer to them: `ConfigMap settings`,
   * `ServiceAccount runner`, `PersistentVolumeClaim data`. Keys of a ConfigMap are not looked at.
   */
  made?: string[];
  /** Key of the settings from which a variable of a release's containers gets its text. */
  keyOf?: (release: string, variable: string) => string | undefined;
  /** Key of the settings that says which key of a Secret a variable of a release's containers gets. */
  secretKeyOf?: (release: string, variable: string) => string | undefined;
  /** The page that people open. */
  page?: Entrance;
  /** Other releases that browsers call at an address of their own, not that of the page. */
  entrances?: Entrance[];
  /** Variables that hold the page's origin, such as a list of from where browsers may call: exactly that. */
  originVariables?: { release: string; variable: string }[];
  /** Variables that have to lead to the Service of another release. */
  calls?: { release: string; variable: string; to: string; url: string }[];
  /** Connections that releases open by an address that only a Secret knows. */
  connections?: {
    release: string;
    /** The release that they lead to. */
    to: string;
    /** Key that states it. */
    key: string;
  }[];
  /** What is in the namespace, or elsewhere in the cluster, and is not deployed here. */
  neighbours?: {
    /** As variables have it: `redis`, `redis.shared`. */
    host: string;
    port: number;
    /** Key that states it. */
    key: string;
  }[];
  /** How the names of variables begin that a release's image took in when it was built, by which tool: a warning for each. */
  buildTimeVariables?: { release: string; prefix: string; by: string }[];
  /** Given where NetworkPolicies have to cover every pod. */
  networkPolicies?: {
    /** The setting that asks for them, as messages name it: `shop:networkPolicies is wired`. */
    because: string;
    /** Key of the list of ports outside that a release's pods may connect to; undefined where it has none. */
    outsidePortsKey: (release: string) => string | undefined;
  };
}

/** Where browsers come in. */
export interface Entrance {
  /** Its release. */
  release: string;
  /** What the browser's address bar shows, or what its scripts call: scheme://host[:port]. */
  origin: string;
  /** Key of the origin. */
  originKey: string;
  /** Key of the node port of its Service. */
  nodePortKey?: string;
}

/** What stands for the hidden part of a Secret's content: no host and no port look like this. */
export const HIDDEN = "***";
