/** A line to a room, made of the LiveKit client. */

import {
  DisconnectReason,
  LocalAudioTrack,
  type LocalTrackPublication,
  type Participant,
  type RemoteAudioTrack,
  type RemoteTrack,
  Room,
  RoomEvent,
  Track,
} from "livekit-client";
import type { Line, LineState, Seat, Sound, WhyGone } from "./contract";
import { Unconnected } from "./contract";
import { atNextGesture } from "./gesture";

/** Not CLIENT_INITIATED: the client goes by itself when its page is frozen, and may come back. */
const GONE: Partial<Record<DisconnectReason, WhyGone>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: "elsewhere",
  [DisconnectReason.PARTICIPANT_REMOVED]: "removed",
  [DisconnectReason.ROOM_DELETED]: "closed",
  [DisconnectReason.ROOM_CLOSED]: "closed",
};

/** A LiveKit room that plays all it receives. */
export class LiveKitLine implements Line {
  // The client would leave as a navigation begins, which may still be stopped.
  readonly room = new Room({ stopLocalTrackOnUnpublish: false, disconnectOnPageLeave: false });
  state: LineState = "new";
  whyGone: WhyGone | null = null;
  isSubscribed = false;
  changed = () => {};
  private publication: LocalTrackPublication | null = null;
  private isLeaving = false;
  private readonly gone = new AbortController();

  constructor() {
    this.room
      .on(RoomEvent.Reconnecting, () => this.become("lost"))
      .on(RoomEvent.SignalReconnecting, () => this.become("lost"))
      .on(RoomEvent.Reconnected, () => this.become("connected"))
      .on(RoomEvent.Disconnected, (reason) => this.ended(reason))
      .on(RoomEvent.ParticipantPermissionsChanged, (_, who) => this.ofMine(who))
      .on(RoomEvent.LocalTrackUnpublished, (publication) => this.tookDown(publication))
      .on(RoomEvent.LocalTrackSubscribed, (publication) => this.subscribed(publication))
      .on(RoomEvent.TrackSubscribed, play)
      .on(RoomEvent.TrackUnsubscribed, (track) => stop(track))
      .on(RoomEvent.TrackSubscribed, () => this.changed())
      .on(RoomEvent.ParticipantConnected, () => this.changed())
      .on(RoomEvent.ParticipantDisconnected, () => this.changed())
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.playbackChanged());
  }

  get mayPublish(): boolean {
    return this.room.localParticipant.permissions?.canPublish ?? false;
  }

  get maySubscribe(): boolean {
    return this.room.localParticipant.permissions?.canSubscribe ?? false;
  }

  get isPublished(): boolean {
    return this.publication !== null;
  }

  get company(): string[] {
    return [...this.room.remoteParticipants.keys()];
  }

  async connect(seat: Seat): Promise<void> {
    window.addEventListener("pagehide", this.pageHidden, { signal: this.gone.signal });
    await this.room.connect(seat.url, seat.token).catch((cause: unknown) => {
      throw new Unconnected("There is no connection to the room.", { cause });
    });
    this.become("connected");
  }

  async publish(microphone: MediaStreamTrack): Promise<void> {
    this.isSubscribed = false;
    const track = new LocalAudioTrack(microphone, undefined, true);
    this.publication = await this.room.localParticipant.publishTrack(track, {
      source: Track.Source.Microphone,
    });
  }

  async unpublish(): Promise<void> {
    const track = this.publication?.track;
    this.publication = null;
    this.isSubscribed = false;
    if (track) await this.room.localParticipant.unpublishTrack(track, false);
  }

  async replace(microphone: MediaStreamTrack): Promise<void> {
    await this.publication?.audioTrack?.replaceTrack(microphone, true);
  }

  async mute(muted: boolean): Promise<void> {
    await (muted ? this.publication?.mute() : this.publication?.unmute());
  }

  sounds(): Sound[] {
    const sounds: Sound[] = [];
    for (const person of this.room.remoteParticipants.values()) {
      for (const publication of person.audioTrackPublications.values()) {
        const track = publication.track as RemoteAudioTrack | undefined;
        if (track) sounds.push({ who: person.identity, muted: publication.isMuted, ...at(track) });
      }
    }
    return sounds;
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    await this.room.disconnect();
    this.ended();
  }

  private become(state: LineState): void {
    if (this.state === "gone") return;
    this.state = state;
    this.changed();
  }

  private ended(reason?: DisconnectReason): void {
    const why = (reason !== undefined && GONE[reason]) || "failed";
    this.whyGone ??= this.isLeaving ? "left" : why;
    for (const person of this.room.remoteParticipants.values()) {
      for (const { track } of person.audioTrackPublications.values()) if (track) stop(track);
    }
    this.gone.abort();
    this.become("gone");
  }

  /** A page that is kept to be come back to leaves as well, but for now only. */
  private readonly pageHidden = ({ persisted }: PageTransitionEvent) => {
    this.isLeaving ||= !persisted;
    void this.room.disconnect();
  };

  private ofMine(who: Participant): void {
    if (who === this.room.localParticipant) this.changed();
  }

  private tookDown(publication: LocalTrackPublication): void {
    if (publication !== this.publication) return;
    this.publication = null;
    this.isSubscribed = false;
    this.changed();
  }

  /** A page that nobody has clicked since it was loaded is silent; any click will do. */
  private playbackChanged(): void {
    if (!this.room.canPlaybackAudio) {
      atNextGesture(() => void this.room.startAudio().catch(() => {}), this.gone.signal);
    }
    this.changed();
  }

  private subscribed(publication: LocalTrackPublication): void {
    if (publication.trackSid === this.publication?.trackSid) this.isSubscribed = true;
  }
}

/** Where in its sound a track is; the number changes with every packet that is played. */
function at(track: RemoteAudioTrack): { stamp: number } {
  const [source] = track.receiver?.getSynchronizationSources() ?? [];
  return { stamp: source?.rtpTimestamp ?? 0 };
}

function play(track: RemoteTrack): void {
  if (track.kind !== Track.Kind.Audio) return;
  const element = track.attach();
  element.hidden = true;
  document.body.append(element);
}

function stop(track: { detach(): HTMLMediaElement[] }): void {
  for (const element of track.detach()) element.remove();
}
