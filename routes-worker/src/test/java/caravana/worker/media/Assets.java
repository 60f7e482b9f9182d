package caravana.worker.media;

import caravana.checks.TransformationEntry.Parameter;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Assets as they are in a job's folder once they were fetched. */
final class Assets {

    static final String PICTURE = "00000000-0000-4000-8000-000000000001";
    static final String CUES = "00000000-0000-4000-8000-000000000002";

    /** Others, with as many cues. */
    static final String OTHER_PICTURE = "abcdef01-2345-4000-8000-0000000000ef";

    static final String OTHER_CUES = "abcdef01-2345-4000-8000-0000000000fe";

    private Assets() {}

    /** The id of the one that a parameter accepts. */
    static String fitting(Parameter parameter) {
        return parameter.isPicture() ? PICTURE : CUES;
    }

    /** The id of another one that it accepts. */
    static String alsoFitting(Parameter parameter) {
        return parameter.isPicture() ? OTHER_PICTURE : OTHER_CUES;
    }

    /** A green picture of 2:1, and subtitles from second 1 to 2 and from 3 to 4. */
    static void putInto(Path folder) throws IOException {
        BufferedImage picture = new BufferedImage(64, 32, BufferedImage.TYPE_INT_ARGB);
        Graphics2D pen = picture.createGraphics();
        pen.setColor(Color.GREEN);
        pen.fillRect(0, 0, 64, 32);
        pen.dispose();
        for (String id : new String[] {PICTURE, OTHER_PICTURE}) {
            ImageIO.write(picture, "png", JobAssets.picture(folder, id).toFile());
        }
        Files.writeString(folder.resolve("asset-" + CUES + ".subrip"), """
                1
                00:00:01,000 --> 00:00:02,000
                <b>MMMMMMMMMM</b>
                {b}: 100 %; it's \\N

                2
                00:00:03,000 --> 00:00:04,000
                second <font color="red">& last</font>
                """);
        Files.writeString(folder.resolve("asset-" + OTHER_CUES + ".vtt"), """
                WEBVTT

                00:01.000 --> 00:02.000
                plain

                00:03.000 --> 00:04.000
                plain
                """);
    }
}
