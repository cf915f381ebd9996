package dev.mlcore.gpu;

import com.google.common.base.Splitter;
import dev.mlcore.api.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of a machine's cards this process may use, and by which number CUDA calls them here.
 *
 * <p>{@code CUDA_VISIBLE_DEVICES} hides and renumbers cards for CUDA, while {@code nvidia-smi} ignores it. Unset shows all, empty none; it
 * is a list of numbers, UUIDs or unique beginnings of UUIDs, which ends at its first entry that names no card, and whose order is
 * CUDA's. Numbers in it count in CUDA's own order: that of the bus under {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}, else the fastest first,
 * which only CUDA knows unless all cards are alike.
 *
 * <p>{@code NVIDIA_VISIBLE_DEVICES} is an order to the container runtime. It matters where the runtime was overruled (a privileged
 * container sees all cards): UUIDs in it hide the others here, but do not renumber.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables">CUDA environment variables</a>
 */
final class Visibility {
    private final List<Gpu> visible = new ArrayList<>();
    private final List<String> hidden = new ArrayList<>(); // each a sentence

    private Visibility() {}

    static Visibility of(List<NvidiaSmi.Card> cards, Map<String, String> environment) {
        Visibility result = new Visibility();
        boolean numbersAreKnown = "PCI_BUS_ID".equals(environment.get("CUDA_DEVICE_ORDER"))
                || cards.stream().map(NvidiaSmi.Card::name).distinct().count() <= 1;
        String cuda = environment.get("CUDA_VISIBLE_DEVICES");
        List<NvidiaSmi.Card> listed = cuda == null ? cards : result.listed(cuda, cards, numbersAreKnown);
        String container = environment.get("NVIDIA_VISIBLE_DEVICES");
        for (int place = 0; place < listed.size(); place++) {
            NvidiaSmi.Card card = listed.get(place);
            OptionalInt ordinal = cuda != null || numbersAreKnown ? OptionalInt.of(place) : OptionalInt.empty();
            result.consider(card, ordinal, container);
        }
        if (cuda != null && listed.size() < cards.size()) {
            result.hidden.add("CUDA_VISIBLE_DEVICES=" + cuda + " hides "
                    + cards.stream()
                            .filter(card -> !listed.contains(card))
                            .map(NvidiaSmi.Card::uuid)
                            .collect(Collectors.joining(", "))
                    + "; unset it, or name them in it, before the JVM starts.");
        }
        if (cuda == null && !numbersAreKnown) {
            result.hidden.add("The cards are not alike, so only CUDA knows their numbers in this process;"
                    + " set CUDA_DEVICE_ORDER=PCI_BUS_ID to have them in the order listed.");
        }
        return result;
    }

    /** What may be leased, in CUDA's order. */
    List<Gpu> visible() {
        return List.copyOf(visible);
    }

    /** Why there are not more: sentences with their remedies. */
    List<String> reasons() {
        return List.copyOf(hidden);
    }

    private void consider(NvidiaSmi.Card card, OptionalInt ordinal, @Nullable String container) {
        if (card.needsReset()) {
            hidden.add(card.uuid() + " requires a reset; stop what uses it and run nvidia-smi --gpu-reset -i "
                    + card.index() + ".");
        } else if (card.split()) {
            hidden.add(card.uuid() + " is split into instances (MIG mode), which are not leased; turn the mode off with"
                    + " nvidia-smi -i " + card.index() + " -mig 0 to lease it whole.");
        } else if (container != null && namesUuids(container) && !namesOne(container, card)) {
            hidden.add(card.uuid() + " belongs to others: NVIDIA_VISIBLE_DEVICES=" + container + " does not name it.");
        } else {
            visible.add(new Gpu(card.uuid(), Device.Kind.GPU, card.name(), card.totalBytes(), ordinal));
        }
    }

    private List<NvidiaSmi.Card> listed(String list, List<NvidiaSmi.Card> cards, boolean numbersAreKnown) {
        List<NvidiaSmi.Card> result = new ArrayList<>();
        for (String entry : Splitter.on(',').trimResults().split(list)) {
            boolean number = entry.matches("\\d{1,6}");
            if (number && !numbersAreKnown) {
                hidden.add("CUDA_VISIBLE_DEVICES=" + list
                        + " counts cards that are not alike in an order that only CUDA knows;"
                        + " name UUIDs in it, or set CUDA_DEVICE_ORDER=PCI_BUS_ID.");
                return result;
            }
            NvidiaSmi.Card card = number ? numbered(Integer.parseInt(entry), cards) : beginningWith(entry, cards);
            if (card == null || result.contains(card)) {
                return result;
            }
            result.add(card);
        }
        return result;
    }

    private static NvidiaSmi.@Nullable Card numbered(int number, List<NvidiaSmi.Card> cards) {
        return number < cards.size() ? cards.get(number) : null;
    }

    private static NvidiaSmi.@Nullable Card beginningWith(String entry, List<NvidiaSmi.Card> cards) {
        if (!entry.startsWith("GPU-")) {
            return null;
        }
        List<NvidiaSmi.Card> matching =
                cards.stream().filter(card -> begins(card, entry)).toList();
        return matching.size() == 1 ? matching.get(0) : null;
    }

    private static boolean begins(NvidiaSmi.Card card, String entry) {
        return card.uuid().toLowerCase(Locale.ROOT).startsWith(entry.toLowerCase(Locale.ROOT));
    }

    private static boolean namesUuids(String list) {
        return list.startsWith("GPU-");
    }

    private static boolean namesOne(String list, NvidiaSmi.Card card) {
        return Splitter.on(',').trimResults().splitToStream(list).anyMatch(entry -> begins(card, entry));
    }
}
