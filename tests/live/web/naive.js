// A caller's page as most are: at the move it leaves the old room, then joins the new one; or, where
// it says that it doesn't follow, does nothing at all.
window.naive = async (name, follows = true) => {
  const { Room, RoomEvent } = LivekitClient;
  let token = "";
  const headers = () => ({
    "Content-Type": "application/json",
    ...(token && { Authorization: `Bearer ${token}` }),
  });
  const post = async (path, body) => {
    const sent = { method: "POST", headers: headers(), body: JSON.stringify(body ?? {}) };
    return (await fetch(path, sent)).json();
  };
  let room = null;
  const join = async (seat) => {
    room = new Room();
    room.on(RoomEvent.TrackSubscribed, (track) => document.body.append(track.attach()));
    await room.connect(seat.url, seat.token);
    await room.localParticipant.setMicrophoneEnabled(true);
  };
  const started = await post("/v1/calls", { caller_name: name, follows });
  token = started.token;
  await join(started.seat);
  const follow = async () => {
    const stream = await fetch("/v1/me/events", { headers: headers() });
    const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const event of events.filter((one) => one.includes("event: seat"))) {
        const notice = JSON.parse(event.match(/^data: (.*)$/m)[1]);
        if (notice.why !== "rejoin") continue;
        await room.disconnect();
        await join(await post(`/v1/transfers/${notice.transfer_id}/seat`));
      }
    }
  };
  if (follows) void follow();
};
