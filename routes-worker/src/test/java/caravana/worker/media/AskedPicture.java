package caravana.worker.media;

import caravana.transformation.AskedTransformation;
import com.fasterxml.jackson.databind.JsonNode;
import java.awt.geom.AffineTransform;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * What a request must give of a picture, computed from what its transformations are for and not from their filters: how large it is, how
 * long, and which place of the original each of its places shows.
 */
final class AskedPicture {

    private static final double WIDE = 16.0 / 9;

    /** Frames of a card, at 25 a second. */
    private static final long CARD = 63;

    private static final double MAP_WIDTH = 320;
    private static final double MAP_HEIGHT = 180;

    private double width;
    private double height;
    private double drawn = 1;
    private double posterShape;
    private double start;
    private long footage;
    private long opening;

    /** From a place of the picture to one of the map that the original is. */
    private final AffineTransform origin = new AffineTransform();

    /** What of the picture is the original, and not bars. */
    private Rectangle2D sharp;

    private boolean blurred;

    /** A place of the map; not sharp when it is behind the picture, or at its edge. */
    record Origin(double x, double y, boolean isSharp) {}

    private AskedPicture(double width, double height) {
        this.width = width;
        this.height = height;
        origin.scale(MAP_WIDTH / width, MAP_HEIGHT / height);
        sharp = new Rectangle2D.Double(0, 0, width, height);
    }

    /** @param size of the original, as {@code 320x180} */
    static AskedPicture of(String size, int rate, double seconds, List<AskedTransformation> asked) {
        String[] sides = size.split("x");
        AskedPicture picture = new AskedPicture(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
        boolean large = picture.width > 1280 || picture.height > 720;
        picture.turn(text(asked, "girar", "giro"));
        picture.reshape(text(asked, "encuadrar", "proporcion"), text(asked, "encuadrar", "modo"));
        if (isAsked(asked, "hd_720p")) {
            double factor = Math.min(1280 / picture.width, 720 / picture.height);
            picture.scale(picture.width * factor, picture.height * factor);
            picture.drawn = large && isAsked(asked, "mp4_1080p") ? 1.5 : 1;
        }
        if (isAsked(asked, "escalar")) {
            double lines = number(asked, "escalar", "alto", 0);
            if (!flag(asked, "escalar", "ampliar")) {
                lines = Math.min(lines, picture.height);
            }
            picture.scale(picture.width * lines / picture.height, lines);
        }
        picture.posterShape = picture.width / picture.height;
        if (isAsked(asked, "formato_16_9")) {
            picture.pad(WIDE);
        }
        picture.start = number(asked, "recortar", "inicio", 0);
        double end = Math.min(seconds, number(asked, "recortar", "fin", seconds));
        picture.footage = Math.max(1, Math.round((end - picture.start) * rate));
        picture.opening = isAsked(asked, "cortinillas") ? CARD : 0;
        return picture;
    }

    private void turn(String turn) {
        double before = width;
        double beforeHeight = height;
        AffineTransform back =
                switch (turn == null ? "" : turn) {
                    case "derecha" -> new AffineTransform(0, -1, 1, 0, 0, beforeHeight);
                    case "izquierda" -> new AffineTransform(0, 1, -1, 0, before, 0);
                    case "media_vuelta" -> new AffineTransform(-1, 0, 0, -1, before, beforeHeight);
                    case "espejo" -> new AffineTransform(-1, 0, 0, 1, before, 0);
                    case "espejo_vertical" -> new AffineTransform(1, 0, 0, -1, 0, beforeHeight);
                    default -> new AffineTransform();
                };
        origin.concatenate(back);
        if ("derecha".equals(turn) || "izquierda".equals(turn)) {
            width = beforeHeight;
            height = before;
        }
        sharp = new Rectangle2D.Double(0, 0, width, height);
    }

    private void reshape(String shape, String mode) {
        if (shape == null) {
            return;
        }
        String[] sides = shape.split(":");
        double ratio = Double.parseDouble(sides[0]) / Double.parseDouble(sides[1]);
        if (mode.equals("recortar")) {
            move(Math.min(width, height * ratio), Math.min(height, width / ratio));
        } else {
            pad(ratio);
            blurred = mode.equals("difuminar");
        }
    }

    private void pad(double ratio) {
        move(Math.max(width, height * ratio), Math.max(height, width / ratio));
    }

    /** Another size around the same middle. */
    private void move(double newWidth, double newHeight) {
        double left = (width - newWidth) / 2;
        double top = (height - newHeight) / 2;
        origin.translate(left, top);
        Rectangle2D moved =
                new Rectangle2D.Double(sharp.getX() - left, sharp.getY() - top, sharp.getWidth(), sharp.getHeight());
        width = newWidth;
        height = newHeight;
        sharp = moved.createIntersection(new Rectangle2D.Double(0, 0, width, height));
    }

    private void scale(double newWidth, double newHeight) {
        double wide = newWidth / width;
        double high = newHeight / height;
        origin.scale(1 / wide, 1 / high);
        sharp = new Rectangle2D.Double(
                sharp.getX() * wide, sharp.getY() * high, sharp.getWidth() * wide, sharp.getHeight() * high);
        width = newWidth;
        height = newHeight;
    }

    double width() {
        return width;
    }

    double height() {
        return height;
    }

    /** How much larger files beside the video may be, which are made of the same picture. */
    double drawn() {
        return drawn;
    }

    double posterShape() {
        return posterShape;
    }

    /** Second of the original at which it begins. */
    double start() {
        return start;
    }

    long footage() {
        return footage;
    }

    /** Frames before the footage. */
    long opening() {
        return opening;
    }

    long frames() {
        return footage + 2 * opening;
    }

    /**
     * What is seen at a place; null for bars.
     *
     * @param x part of the width
     * @param y part of the height
     */
    Origin origin(double x, double y) {
        double atX = x * width;
        double atY = y * height;
        Point2D place = origin.transform(new Point2D.Double(atX, atY), null);
        double edge = 0.04 * Math.max(width, height);
        boolean inside = sharp.contains(atX - edge, atY - edge, 2 * edge, 2 * edge);
        boolean outside = !sharp.intersects(atX - edge, atY - edge, 2 * edge, 2 * edge);
        if (outside && !blurred) {
            return null;
        }
        return new Origin(place.getX(), place.getY(), inside);
    }

    static boolean isAsked(List<AskedTransformation> asked, String name) {
        return asked.stream().anyMatch(each -> each.name().equals(name));
    }

    /** The value of a parameter; null when the transformation is not asked for. */
    private static JsonNode value(List<AskedTransformation> asked, String name, String parameter) {
        return asked.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .map(each -> each.parameters().get(parameter))
                .orElse(null);
    }

    static String text(List<AskedTransformation> asked, String name, String parameter) {
        JsonNode value = value(asked, name, parameter);
        return value == null ? null : value.textValue();
    }

    static double number(List<AskedTransformation> asked, String name, String parameter, double missing) {
        JsonNode value = value(asked, name, parameter);
        return value == null ? missing : value.doubleValue();
    }

    private static boolean flag(List<AskedTransformation> asked, String name, String parameter) {
        JsonNode value = value(asked, name, parameter);
        return value != null && value.booleanValue();
    }
}
