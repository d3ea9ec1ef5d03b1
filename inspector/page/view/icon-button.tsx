import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface IconButtonProps {
  readonly icon: IconName;
  /** Names the button where no text is shown; also its tooltip. */
  readonly label: string;
  readonly testId?: string;
  readonly onPress: () => void;
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
  readonly tone?: 'bad' | 'accent';
  /** Shown beside the picture where there is room. */
  readonly children?: ComponentChildren;
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, testId, onPress, isDisabled = false, isPressed, tone, children } = props;
  return (
    <button
      type="button"
      class="button"
      data-testid={testId}
      data-tone={tone}
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      disabled={isDisabled}
      onClick={onPress}
    >
      <Icon name={icon} />
      {children !== undefined && <span class="button-text">{children}</span>}
    </button>
  );
}
