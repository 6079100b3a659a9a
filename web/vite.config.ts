import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative addresses, so that a reverse proxy may serve the pages under any path.
  base: "./",
  plugins: [react()],
  build: {
    target: "es2022",
    rolldownOptions: {
      output: {
        // The LiveKit client alone, so that what the pages weigh beside it can be read off.
        codeSplitting: {
          groups: [
            {
              name: "livekit-client",
              test: /node_modules\/(livekit-client|@livekit\/(protocol|mutex)|@bufbuild|webrtc-adapter|sdp|sdp-transform|machina|loglevel|typed-emitter|ts-debounce|tslib|jose|events)\//,
            },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
