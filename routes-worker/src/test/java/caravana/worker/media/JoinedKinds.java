package caravana.worker.media;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Files that were put one behind the other, as {@code cat} does: all of them come out, or the clip warns that they do not. */
final class JoinedKinds extends MediaKind {

    JoinedKinds(Path folder, Random random, List<MediaCase> cases) {
        super(folder, random, cases);
    }

    void all(int times) {
        // How many there are, and how many ffmpeg reads.
        Turns<String> ways = turns(
                "mkv 3 2",
                "webm 3 2",
                "live-mkv 3 3",
                "live-webm 2 2",
                "mp4 2 1",
                "mov 3 1",
                "fragmented-mp4 2 1",
                "flv 2 1",
                "asf 2 1",
                "gif 3 1",
                "avi 3 3",
                "dv 3 3",
                "ogv 2 1",
                "mpg 3 3",
                "ts 3 3");
        for (int i = 0; i < ways.times(times); i++) {
            String[] way = ways.next().split(" ");
            int parts = Integer.parseInt(way[1]);
            int read = Integer.parseInt(way[2]);
            Scene first = scene(way[0].equals("dv") ? "720x576" : "320x180", rate(25), 2);
            MediaCase joined = MediaCase.of("joined files", String.join(" ", way), first, () -> {
                byte[][] files = new byte[parts][];
                Arrays.setAll(files, part -> part(way[0], first.numberedFrom(part * first.frames())));
                return joined(files);
            });
            for (int part = 1; part < read; part++) {
                joined.followedBy(first.numberedFrom(part * first.frames()), 0);
            }
            if (read > 1) {
                joined.uneven().within(2 * (read - 1));
                if (!way[0].matches("avi|dv")) {
                    joined.warning("gap_closed");
                }
            }
            if (read < parts) {
                joined.warning("recordings_left_out");
            }
            if (way[0].equals("dv")) {
                joined.shownAs(768, 576).warning("deinterlaced");
            }
            add(isMute(way[0]) ? joined : joined.withSoundOfParts(read));
        }
    }

    private static boolean isMute(String container) {
        return container.equals("gif") || container.equals("dv");
    }

    private byte[] part(String container, Scene scene) {
        String input = scene.picture() + (isMute(container) ? "" : scene.sound());
        return switch (container) {
            case "gif" ->
                make("gif", input + "-filter_complex split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none");
            case "dv" -> make("dv", input + yuv() + ",setsar=16/15 -c:v dvvideo");
            case "live-mkv", "live-webm" -> {
                String live = container.substring(5);
                yield make(live, input + codecs(live) + " -live 1");
            }
            case "fragmented-mp4" ->
                make("mp4", input + codecs("mp4") + " -movflags frag_keyframe+empty_moov+default_base_moof");
            default -> make(container, input + codecs(container));
        };
    }
}
