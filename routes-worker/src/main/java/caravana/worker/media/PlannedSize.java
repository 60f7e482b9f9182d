package caravana.worker.media;

import caravana.transformation.AppliedTransformation;
import caravana.worker.media.PlannedResult.Box;
import java.util.List;
import java.util.Objects;

/**
 * The sizes of a picture during processing, as far as they depend only on the transformations.
 *
 * @param source box into which the original is fitted first, before its colours are converted; null for none
 * @param fit box into which a transformation fits the video; null for none
 * @param drawn box into which the picture is fitted until everything is drawn; larger than {@code fit} when another
 *     file has more pixels; null for none
 * @param result size of the result; null when it depends on the original's shape
 */
record PlannedSize(Box source, Box fit, Box drawn, Box result) {

    /** @param video picture of the original, which no canvas enlarges */
    static PlannedSize of(List<AppliedTransformation> transformations, Track video) {
        Box fit = null;
        boolean atOnce = false;
        boolean reshaped = false;
        boolean filled = false;
        for (AppliedTransformation transformation : transformations) {
            String box = transformation.set("fit");
            if (box != null) {
                // A cropped part would be scaled up again.
                atOnce = fit == null && !reshaped;
                fit = box(box);
                filled = false;
            }
            String shape = transformation.set("shape");
            if (shape != null) {
                reshaped = true;
                filled = fit != null && isOf(shape, fit);
            }
        }
        Box drawn = fit == null ? null : drawn(fit, transformations, video);
        return new PlannedSize(atOnce ? drawn : null, fit, drawn, filled ? fit : null);
    }

    private static Box drawn(Box fit, List<AppliedTransformation> transformations, Track video) {
        if (video.shownWidth() <= fit.width() && video.shownHeight() <= fit.height()) {
            return fit;
        }
        return transformations.stream()
                .map(transformation -> transformation.set("canvas"))
                .filter(Objects::nonNull)
                .map(PlannedSize::box)
                .filter(canvas -> canvas.width() * fit.height() == canvas.height() * fit.width())
                .reduce(fit, (one, other) -> one.width() < other.width() ? other : one);
    }

    /** Returns the size of the picture while it is drawn, divided by its size in the video. */
    double scale() {
        return fit == null ? 1 : drawn.width() / (double) fit.width();
    }

    private static Box box(String text) {
        String[] sides = text.split("x");
        return new Box(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }

    private static boolean isOf(String shape, Box box) {
        String[] sides = shape.split(":");
        return sides.length == 2
                && Integer.parseInt(sides[0]) * box.height() == Integer.parseInt(sides[1]) * box.width();
    }
}
